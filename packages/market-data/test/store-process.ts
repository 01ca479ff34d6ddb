import { execFile } from 'node:child_process';
import { join } from 'node:path';

const FIXTURE = join(import.meta.dirname, 'fixtures/store-process.mjs');

/** Hourly bars of a symbol. */
export interface SomeBars {
  symbol: string;
  closes: number[];
  /** Hours after the first possible bar. */
  from?: number;
}

export interface StoreOrder {
  /** One import after another. */
  imports: SomeBars[][];
  /** The process kills itself at this call that changes a file, 1-based. */
  crashAt?: number;
  /** The process gives up the rights of root. */
  powerless?: boolean;
}

/** What became of a process: the calls that changed files, the error of the import, or the kill. */
export type StoreEnd = { calls: string[] } | { code: string; message: string } | 'killed';

/** Stores bars in a separate process. `limit`: most blocks of 512 bytes in a file. */
export function storeInProcess(dataDir: string, order: StoreOrder, limit?: number): Promise<StoreEnd> {
  const args = [FIXTURE, dataDir, JSON.stringify(order)];
  const limited = ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, ...args];
  return new Promise((resolve, reject) => {
    const [program, all] = limit === undefined ? [process.execPath, args] : ['sh', limited];
    execFile(program, all, (error, stdout, stderr) => {
      if (error?.signal === 'SIGKILL') resolve('killed');
      else if (error !== null) reject(new Error(`the process failed: ${stderr}`, { cause: error }));
      else resolve(JSON.parse(stdout) as StoreEnd);
    });
  });
}
