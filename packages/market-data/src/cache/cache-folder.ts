import { type FileHandle, mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { debuglog } from 'node:util';
import { RefusedFileError } from '@ktrdr/files';

/** Folders of files that are being written. Leftovers of killed processes have it too. */
export const TEMPORARY = '.writing-';

const debug = debuglog('ktrdr');
const complained = new Set<string>();

/** `{stateDir}/bars`: bars as columns, by fingerprint. Any file in it may be deleted at any time. */
export function cacheFolder(stateDir: string): string {
  return join(stateDir, 'bars');
}

/** Writes a file of the cache whole or not at all. @throws errors of the file system as they are */
export async function writeWhole(
  folder: string,
  name: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, TEMPORARY));
  try {
    const path = join(temporary, name);
    const file = await open(path, 'wx');
    try {
      await write(file);
    } finally {
      await file.close();
    }
    await rename(path, join(folder, name));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Continues without the cache if its folder is read-only or full. The first problem of a folder is shown with
 * `NODE_DEBUG=ktrdr`.
 *
 * @returns `fallback` after an error of the file system
 * @throws any other error
 */
export async function orWithoutCache<T>(folder: string, fallback: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RefusedFileError) && (error as NodeJS.ErrnoException).code === undefined)
      throw error;
    const isMissing = error instanceof RefusedFileError && error.refusal === 'missing';
    if (!isMissing && !complained.has(folder)) {
      complained.add(folder);
      debug('The cache of bars in %s is not used: %s', folder, (error as Error).message);
    }
    return fallback;
  }
}
