import { lstat, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { KtrdrError, storageError } from '@ktrdr/contracts';
import { isFileError } from '@ktrdr/files';
import { parseBarsFileName } from '../bars-file.js';
import { syncFile, syncFolder } from './sync.js';
import { WRITING, withBarsLock } from './bars-lock.js';

/** Folder of `DATA_DIR` with the origins of its bars. */
export const SOURCES = '.sources';

const JOURNAL = /^(\d+)\.journal$/;
const STAGED = /^(\d+)\.staged$/;

/** What remains to be done: each file of the staging folder moves to its place, then the removed files go. */
interface Journal {
  moves: { staged: string; target: string }[];
  removals: string[];
}

/**
 * Changes several files of a data folder: all of them, or none (I18). New files are written into a staging folder first. `commit`
 * writes a journal, which decides: before it nothing has changed; after it every change happens, if need be by the next process that
 * uses the folder ({@link settleBars}).
 */
export class BarsTransaction {
  private readonly journal: Journal = { moves: [], removals: [] };

  private constructor(
    private readonly dataDir: string,
    private readonly number: number,
    private readonly confirm: () => Promise<void>,
  ) {}

  /**
   * Runs `work` while no other process changes the folder, and commits what it has staged. `work` returns without staging anything if
   * there is nothing to do.
   *
   * @param doing for error messages: `importing bars`
   * @throws KtrdrError `disk_full`, `storage_failed`: nothing has changed; what `work` throws; the signal's reason
   */
  static async run<T>(
    dataDir: string,
    doing: string,
    signal: AbortSignal | undefined,
    work: (transaction: BarsTransaction) => Promise<T>,
  ): Promise<T> {
    try {
      return await withBarsLock(dataDir, signal, async (lock) => {
        await recover(dataDir);
        const transaction = new BarsTransaction(dataDir, lock.number, () => lock.confirm());
        try {
          const result = await work(transaction);
          signal?.throwIfAborted();
          await transaction.commit();
          return result;
        } finally {
          await transaction.discard();
        }
      });
    } catch (error) {
      throw isFileError(error) ? storageError(error, `${doing} in ${dataDir}`, 'DATA_DIR') : error;
    }
  }

  /** A path for a new file, which will replace `target`. The caller writes and syncs it. @throws KtrdrError `storage_failed` */
  async stage(target: string): Promise<string> {
    const there = await lstat(join(this.dataDir, target)).catch(() => null);
    if (there?.isDirectory() === true) {
      throw new KtrdrError('storage_failed', `${target} in ${this.dataDir} is a folder: move it away.`);
    }
    const folder = stagingFolder(this.dataDir, this.number);
    await mkdir(folder, { recursive: true });
    const staged = String(this.journal.moves.length);
    this.journal.moves.push({ staged, target });
    return join(folder, staged);
  }

  /** Stages a small file. */
  async stageText(target: string, text: string): Promise<void> {
    const path = await this.stage(target);
    await writeFile(path, text);
    await syncFile(path);
  }

  /** Removes a file of the folder, if it is there. */
  remove(target: string): void {
    this.journal.removals.push(target);
  }

  private async commit(): Promise<void> {
    const { moves, removals } = this.journal;
    if (moves.length === 0 && removals.length === 0) return;
    if (moves.length > 0) await syncFolder(stagingFolder(this.dataDir, this.number));
    if (moves.some(({ target }) => target.startsWith(SOURCES)))
      await mkdir(join(this.dataDir, SOURCES), { recursive: true });
    await this.confirm();
    const path = journalFile(this.dataDir, this.number);
    const temporary = `${path}.tmp`;
    try {
      await writeFile(temporary, JSON.stringify(this.journal));
      await syncFile(temporary);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(join(this.dataDir, WRITING));
    await complete(this.dataDir, this.number, this.journal).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new KtrdrError(
        'storage_failed',
        `The bars are stored, but not all files could be moved to their place in ${this.dataDir}: ${why}. ` +
          'The next use of the folder moves them. Check that DATA_DIR is a writable folder.',
        { cause: error },
      );
    });
  }

  private async discard(): Promise<void> {
    // after an error that interrupted a committed change, the next user of the folder completes it
    const names = await readdir(join(this.dataDir, WRITING));
    if (names.includes(`${this.number}.journal`)) return;
    await rm(stagingFolder(this.dataDir, this.number), { recursive: true, force: true });
  }
}

/**
 * Completes a change that was interrupted by the end of its process, and waits for a running change. Everything that reads a
 * data folder calls this first, so that it sees all files of an import or none. Cheap: one look at a small folder.
 */
export async function settleBars(dataDir: string): Promise<void> {
  const names = await namesOf(dataDir);
  if (!names.some((name) => JOURNAL.test(name))) return;
  await withBarsLock(dataDir, undefined, () => recover(dataDir)).catch((error: NodeJS.ErrnoException) => {
    // who may only read leaves it to the next writer
    if (error.code !== 'EROFS' && error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
  });
}

/** Completes committed changes and removes staged files without a journal. The caller holds the lock. */
async function recover(dataDir: string): Promise<void> {
  const names = await namesOf(dataDir);
  for (const name of names) {
    const number = JOURNAL.exec(name)?.[1];
    if (number === undefined) continue;
    await complete(dataDir, Number(number), await readJournal(journalFile(dataDir, Number(number))));
  }
  for (const name of await namesOf(dataDir)) {
    if (STAGED.test(name) || name.endsWith('.tmp')) {
      await rm(join(dataDir, WRITING, name), { recursive: true, force: true });
    }
  }
}

/** A journal is written whole or not at all. But a folder may be copied from another machine: its journal must not move files outside the folder. */
async function readJournal(path: string): Promise<Journal> {
  const text = await readFile(path, 'utf8');
  try {
    const { moves, removals } = JSON.parse(text) as Journal;
    const isSound =
      moves.every(({ staged, target }) => /^\d+$/.test(staged) && isOwnFile(target)) &&
      removals.every((target) => isOwnFile(target));
    if (isSound) return { moves, removals };
  } catch {
    // the error below says it
  }
  throw new KtrdrError(
    'storage_failed',
    `${path} is damaged. It lists the files of an interrupted import. Remove the folder ${WRITING} and repeat the import.`,
  );
}

/** A bars file or its sources. */
function isOwnFile(target: string): boolean {
  const { dir, base, name } = parse(target);
  return dir === ''
    ? parseBarsFileName(base) !== undefined
    : dir === SOURCES && parseBarsFileName(`${name}.csv`) !== undefined;
}

/** Does what the journal says and is not done yet. Can be repeated. */
async function complete(dataDir: string, number: number, { moves, removals }: Journal): Promise<void> {
  const folder = stagingFolder(dataDir, number);
  for (const { staged, target } of moves) {
    await rename(join(folder, staged), join(dataDir, target)).catch((error: NodeJS.ErrnoException) => {
      // it has been moved before the interruption
      if (error.code !== 'ENOENT') throw error;
    });
  }
  for (const target of removals) await rm(join(dataDir, target), { force: true });
  await syncFolder(dataDir);
  await syncFolder(join(dataDir, SOURCES));
  await rm(journalFile(dataDir, number));
  await rm(folder, { recursive: true, force: true });
}

async function namesOf(dataDir: string): Promise<string[]> {
  return readdir(join(dataDir, WRITING)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

function stagingFolder(dataDir: string, number: number): string {
  return join(dataDir, WRITING, `${number}.staged`);
}

function journalFile(dataDir: string, number: number): string {
  return join(dataDir, WRITING, `${number}.journal`);
}
