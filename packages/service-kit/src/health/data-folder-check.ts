import { readdir } from 'node:fs/promises';
import type { NamedHealthCheck } from './health.controller.js';

/** Checks that bars can be read. */
export function dataFolderCheck(dataDir: string): NamedHealthCheck {
  return {
    name: 'data',
    check: async () => {
      try {
        return { folder: dataDir, files: (await readdir(dataDir)).length };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new Error(
          `The data folder ${dataDir} is not readable: ${code}. Set DATA_DIR to a readable folder.`,
          {
            cause: error,
          },
        );
      }
    },
  };
}
