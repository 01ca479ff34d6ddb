import { readdir } from 'node:fs/promises';
import type { NamedHealthCheck } from './health.controller.js';

/** Whether bars can be read. A folder that is not there yet is no fault: it holds no bars. */
export function dataFolderCheck(dataDir: string): NamedHealthCheck {
  return {
    name: 'data',
    check: async () => {
      try {
        return { folder: dataDir, files: (await readdir(dataDir)).length };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') return { folder: dataDir, files: 0 };
        throw new Error(`The data folder ${dataDir} cannot be read: ${code}. Set DATA_DIR to one that can.`, {
          cause: error,
        });
      }
    },
  };
}
