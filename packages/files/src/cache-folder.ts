import { type FileHandle, lstat, mkdir, mkdtemp, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { debuglog } from 'node:util';
import type { Clock } from '@ktrdr/contracts';
import { checkedTime } from './checked-time.js';
import type { FileIdentity } from './file-identity.js';
import { isFileError } from './is-file-error.js';
import { type OutsideFile, withOutsideFile } from './outside-file.js';
import { RefusedFileError } from './refused-file-error.js';

/** Prefix of the folders in which files are being written. A killed process leaves its folder behind. */
const TEMPORARY = '.writing-';
/** A file that is being written for longer than this belongs to a dead process (ms). */
const ABANDONED_MS = 3_600_000;
/** A file is cached if it needs at most this share of the free space of the disk. */
const SHARE_OF_FREE = 0.25;
/** Bytes written at once: the event loop runs between two pieces. */
const PIECE_BYTES = 1 << 20;

const debug = debuglog('ktrdr');
const complained = new Set<string>();

export interface CacheFolderOptions {
  path: string;
  /** Names of the cached files. Other files in the folder are left alone. */
  names: RegExp;
  /** Maximum size of all cached files. The least recently used ones are removed. */
  mostBytes: number;
  clock: Pick<Clock, 'now'>;
}

/**
 * A folder of files that can be recreated. Several processes may use it, and any file may be deleted at any time. A problem of the
 * file system never fails the caller: it continues without the cache.
 */
export class CacheFolder {
  constructor(private readonly options: CacheFolderOptions) {}

  /**
   * @param use gets `isChecked`: the file has not changed since it was written or checked, and the system has not been started since.
   *   Otherwise `use` checks the content, and returns `null` if it is damaged
   * @returns what `use` returns; `null` if there is no such file, or it cannot be read. The file counts as used unless it is `null`
   */
  async read<T>(
    name: string,
    maxBytes: number,
    use: (file: OutsideFile, isChecked: boolean) => Promise<T | null>,
  ): Promise<T | null> {
    const { path } = this.options;
    return orWithoutCache(path, null, () =>
      withOutsideFile(path, name, { maxBytes }, async (file) => {
        const before = await file.identity();
        const checkedAt = (await checkedTime())?.getTime();
        const found = await use(file, before.modifiedAt === checkedAt);
        if (found !== null) await this.markUsed(file, before).catch(() => undefined);
        return found;
      }),
    );
  }

  /** Marks a file as used, and as checked unless it has changed meanwhile. */
  private async markUsed(file: OutsideFile, before: FileIdentity): Promise<void> {
    const { version, modifiedAt } = await file.identity();
    const checkedAt = version === before.version ? await checkedTime() : null;
    await file.setTimes(new Date(this.options.clock.now()), checkedAt ?? new Date(modifiedAt));
  }

  /**
   * Writes a file whole or not at all, replaces an existing one, and removes the least recently used files. Writes nothing if the file
   * is larger than the cache, or needs too much of the free space.
   */
  async write(name: string, bytes: number, write: (file: FileHandle) => Promise<void>): Promise<void> {
    const { path, mostBytes, clock } = this.options;
    const writeChecked = async (file: FileHandle): Promise<void> => {
      await write(file);
      const now = new Date(clock.now());
      await file.utimes(now, (await checkedTime()) ?? now);
    };
    await orWithoutCache(path, undefined, async () => {
      await mkdir(path, { recursive: true });
      const { bavail, bsize } = await statfs(path);
      if (bytes <= Math.min(mostBytes, bavail * bsize * SHARE_OF_FREE))
        await writeWhole(path, name, writeChecked);
      // also if it does not fit: the cache may have become smaller
      await this.prune();
    });
  }

  /** Removes the least recently used files and leftovers of killed processes. @throws errors of the file system as they are */
  async prune(): Promise<void> {
    const { path: folder, names, mostBytes, clock } = this.options;
    const cached: { path: string; size: number; used: number }[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (!names.test(name) && !name.startsWith(TEMPORARY)) continue;
      // another process may remove it at the same time
      const stats = await lstat(path).catch(() => null);
      if (stats === null) continue;
      if (names.test(name)) cached.push({ path, size: stats.size, used: stats.atimeMs });
      else if (clock.now() - stats.mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
    }
    let bytes = 0;
    for (const { path, size } of cached.toSorted((a, b) => b.used - a.used)) {
      bytes += size;
      if (bytes > mostBytes) await rm(path, { force: true });
    }
  }
}

/** Writes a file of a cache whole or not at all. @throws errors of the file system as they are */
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

/** Appends bytes in pieces. @param onPiece gets each piece before it is written; throws to stop */
export async function appendInPieces(
  file: FileHandle,
  bytes: Uint8Array,
  onPiece: (piece: Uint8Array) => void,
): Promise<void> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    const piece = bytes.subarray(from, from + PIECE_BYTES);
    onPiece(piece);
    await file.appendFile(piece);
  }
}

/**
 * Continues without a cache if its folder is read-only or full. The first problem of a folder is shown with `NODE_DEBUG=ktrdr`.
 *
 * @returns `fallback` after an error of the file system
 * @throws any other error
 */
export async function orWithoutCache<T>(folder: string, fallback: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RefusedFileError) && !isFileError(error)) throw error;
    const isMissing = error instanceof RefusedFileError && error.refusal === 'missing';
    if (!isMissing && !complained.has(folder)) {
      complained.add(folder);
      debug('The cache in %s is not used: %s', folder, error.message);
    }
    return fallback;
  }
}
