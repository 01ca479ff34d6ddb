import { access, constants, readdir } from 'node:fs/promises';
import type { FolderSetting } from '../folders.js';
import type { NamedHealthCheck } from './health.controller.js';

/**
 * Checks that a folder is there and can be used. It writes nothing: the operating system says whether it would allow a write, also on
 * a disk that is read-only by now. A full disk is not down: stored data can still be read.
 */
export function folderCheck(name: string, { setting, folder, use }: FolderSetting): NamedHealthCheck {
  return {
    name,
    check: async () => {
      try {
        const files = (await readdir(folder)).length;
        if (use === 'write') await access(folder, constants.W_OK | constants.X_OK);
        return { folder, files };
      } catch (error) {
        const { code = 'unknown error' } = error as NodeJS.ErrnoException;
        throw new Error(
          `The folder ${folder} (${setting}) ${PROBLEMS[code] ?? `cannot be ${use === 'write' ? 'written' : 'read'}`} (${code}). ${ADVICE[code] ?? `Give this user access to it`}, or set ${setting} to another folder and restart.`,
          { cause: error },
        );
      }
    },
  };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'is missing',
  ENOTDIR: 'is not a folder',
  EROFS: 'is on a read-only disk',
};

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'Put it back',
  ENOTDIR: 'Put the folder back',
  EROFS: 'Make the disk writable',
};
