import { mkdir, open, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Clock, KtrdrError, systemClock } from '@ktrdr/contracts';

/** Folder of `DATA_DIR` for the lock, and for files that are not in place yet. */
export const WRITING = '.writing';

const LOCK = /^lock\.(\d+)$/;
const POLL_MS = 20;
/** A folder that cannot be created so often is not there for another reason. */
const MOST_TRIES = 100;
const HEARTBEAT_MS = 2_000;
/** A holder on another machine that shows no sign of life for this long is gone. A program on this machine is gone when its process is. */
const GONE_AFTER_MS = 30_000;

/** The right to change the files of a data folder. */
export interface BarsLock {
  /** Rises with each holder. */
  readonly number: number;
  /** @throws KtrdrError `storage_failed` if another process has taken the lock over, because this one was silent for too long */
  confirm(): Promise<void>;
}

/**
 * Runs `work` while no other process changes the bars of a folder. Waits for other holders.
 *
 * The lock is a file with a number, `lock.7`. The highest number holds. A process takes the lock when it creates the next number, which
 * only one can, after the last holder has removed its file or has ended. So a process never removes a file that another one holds.
 *
 * @throws the signal's reason while it waits; errors of the file system; what `work` throws
 */
export async function withBarsLock<T>(
  dataDir: string,
  signal: AbortSignal | undefined,
  work: (lock: BarsLock) => Promise<T>,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<T> {
  const folder = join(dataDir, WRITING);
  const number = await acquire(folder, signal, clock);
  const path = lockFile(folder, number);
  let beats = 0;
  let beat: Promise<unknown> = Promise.resolve();
  const heartbeat = setInterval(() => {
    // must not create the file again after somebody has taken the lock over
    beat = writeFile(path, noteOf(++beats), { flag: 'r+' }).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work({
      number,
      async confirm() {
        if ((await highest(folder)) === number) return;
        throw new KtrdrError(
          'storage_failed',
          `Another process has taken over the lock ${path}, because this process did not renew it in time. Nothing was stored. Try again.`,
        );
      },
    });
  } finally {
    clearInterval(heartbeat);
    await beat;
    // a lock that cannot be removed ends with its process
    await rm(path, { force: true }).catch(() => undefined);
    await rmdir(folder).catch(() => undefined);
  }
}

async function acquire(
  folder: string,
  signal: AbortSignal | undefined,
  clock: Pick<Clock, 'sleep'>,
): Promise<number> {
  let seen = { number: -1, note: '', polls: 0 };
  for (;;) {
    signal?.throwIfAborted();
    await makeFolder(folder);
    const number = await highest(folder);
    const note = number === 0 ? '' : await noteIn(lockFile(folder, number));
    if (number !== seen.number || note !== seen.note) seen = { number, note, polls: 0 };
    const silent = seen.polls++ * POLL_MS >= GONE_AFTER_MS;
    const isFree = number === 0 || silent || endedHere(note);
    if (isFree && (await take(folder, number + 1, note))) return number + 1;
    await clock.sleep(POLL_MS, signal).catch(() => undefined);
  }
}

/** Creates the folder. Its last holder may remove it at the same moment, even while this call looks at it. */
async function makeFolder(folder: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(folder, { recursive: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === MOST_TRIES) throw error;
    }
  }
}

/**
 * Creates a lock file. False if another process has it or a later one, or has taken the one before it: numbers begin again when nobody
 * holds the lock, so the holder may be another one than the one that has ended.
 *
 * @param ended note of the holder that has ended
 */
async function take(folder: string, number: number, ended: string): Promise<boolean> {
  const path = lockFile(folder, number);
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    // the folder goes with its last lock
    if (error.code === 'EEXIST' || error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return false;
  try {
    await file.writeFile(noteOf(0));
  } finally {
    await file.close();
  }
  const numbers = await lockNumbers(folder);
  const lower = numbers.filter((other) => other < number);
  let isOurs = numbers.every((other) => other <= number);
  for (const other of lower) {
    const note = await noteIn(lockFile(folder, other));
    // an empty one belongs to a process that will see this higher number and give way
    isOurs &&= note === '' || note === ended || endedHere(note);
  }
  for (const other of isOurs ? lower : [number]) await rm(lockFile(folder, other), { force: true });
  return isOurs;
}

/** Who holds the lock. Each heartbeat changes it. */
function noteOf(beats: number): string {
  return JSON.stringify({ pid: process.pid, host: hostname(), beats });
}

async function noteIn(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // its holder has just removed it
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

/** True if the lock belongs to a process of this machine that has ended. */
function endedHere(text: string): boolean {
  const match = /^\{"pid":(\d+),"host":(".*"),"beats":\d+\}/.exec(text);
  if (match === null || match[2] !== JSON.stringify(hostname())) return false;
  try {
    process.kill(Number(match[1]), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function highest(folder: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(folder)));
}

async function lockNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap((name) => {
    const match = LOCK.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

function lockFile(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}
