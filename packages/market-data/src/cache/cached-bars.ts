import { type FileHandle, lstat, lutimes, mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Clock, Timeframe } from '@ktrdr/contracts';
import { type OutsideFile, withOutsideFile } from '@ktrdr/files';
import { type ColumnArrays, COLUMN_NAMES } from '../bars-columns.js';
import type { Bars } from '../bars.js';
import { cacheFolder, orWithoutCache, TEMPORARY, writeWhole } from './cache-folder.js';
import {
  cachedBytes,
  type CachedBarsHeader,
  decodeHeader,
  encodeHeader,
  HEADER_BYTES,
} from './cached-bars-header.js';

/** Larger than the cache of the largest bars file. */
const MOST_BYTES = 8 * 2 ** 30;
/** Maximum size of all cached bars. The least recently used bars are removed. */
const MOST_BYTES_OF_ALL = 16 * 2 ** 30;
/** Bars are cached if they need at most this share of the free space of the disk. */
const SHARE_OF_FREE = 0.25;
/** Bytes written at once: the event loop runs between two pieces. */
const PIECE_BYTES = 1 << 20;
/** A file that is being written for longer than this belongs to a process that is gone (ms). */
const ABANDONED_MS = 3_600_000;
const FINGERPRINT = /^[0-9a-f]{64}$/;

/** What a file of the cache holds of bars. The rest is in the name of the bars file. */
export type CachedBars = ColumnArrays & Pick<Bars, 'length' | 'synthetic' | 'lineBlocks'>;
type BarsToCache = CachedBars & Pick<Bars, 'timeframe'> & { sha256: string };

/** The bars of a file with this fingerprint, as they were parsed; `null` if they are not cached, or their cache is damaged. */
export async function readCachedBars(
  stateDir: string,
  { sha256, timeframe }: Pick<BarsToCache, 'sha256' | 'timeframe'>,
  clock: Pick<Clock, 'now'>,
): Promise<CachedBars | null> {
  const folder = cacheFolder(stateDir);
  const bars = await orWithoutCache(folder, null, () =>
    withOutsideFile(folder, sha256, { maxBytes: MOST_BYTES }, (file) => readFrom(file, sha256, timeframe)),
  );
  if (bars !== null) await markUsed(join(folder, sha256), clock);
  return bars;
}

/** Writes bars into the cache. Replaces an existing file. */
export async function cacheBars(
  stateDir: string,
  bars: BarsToCache,
  clock: Pick<Clock, 'now'>,
): Promise<void> {
  const folder = cacheFolder(stateDir);
  await orWithoutCache(folder, undefined, async () => {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    const blocks = bars.lineBlocks ?? [];
    if (cachedBytes({ rows: bars.length, blocks: blocks.length }) > bavail * bsize * SHARE_OF_FREE) return;
    await writeWhole(folder, bars.sha256, (file) => writeTo(file, bars, blocks));
    await prune(folder, clock.now());
  });
}

async function readFrom(file: OutsideFile, sha256: string, timeframe: Timeframe): Promise<CachedBars | null> {
  if (file.size < HEADER_BYTES) return null;
  const head = Buffer.alloc(HEADER_BYTES);
  await file.fill(head, 0);
  const header = decodeHeader(head);
  if (header === null || header.sha256 !== sha256 || header.timeframe !== timeframe) return null;
  if (file.size !== cachedBytes(header)) return null;
  const { rows, blocks, synthetic, checksums } = header;
  const column = (): Float64Array => new Float64Array(rows);
  const columns = {
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  const numbers = new Float64Array(2 * blocks);
  let position = HEADER_BYTES;
  const sound = await Promise.all(
    [...COLUMN_NAMES.map((name) => columns[name]), numbers].map((values, part) => {
      const from = position;
      position += values.byteLength;
      return fillChecked(file, values, from, checksums[part]!);
    }),
  );
  if (sound.includes(false)) return null;
  const lineBlocks = Array.from({ length: blocks }, (_, block) => ({
    row: numbers[2 * block]!,
    line: numbers[2 * block + 1]!,
  }));
  return { ...columns, length: rows, synthetic, lineBlocks };
}

/** Fills a column. @returns whether its bytes are those that were written */
async function fillChecked(
  file: OutsideFile,
  values: Float64Array,
  position: number,
  checksum: number,
): Promise<boolean> {
  let found = 0;
  await file.fill(bytesOf(values), position, (piece) => {
    found = crc32(piece, found);
  });
  return found === checksum;
}

/** Writes the header last: a file without it is not a cache. */
async function writeTo(
  file: FileHandle,
  bars: BarsToCache,
  blocks: NonNullable<Bars['lineBlocks']>,
): Promise<void> {
  const { sha256, timeframe, synthetic, length: rows } = bars;
  const numbers = Float64Array.from(blocks.flatMap(({ row, line }) => [row, line]));
  const checksums: number[] = [];
  await file.appendFile(Buffer.alloc(HEADER_BYTES));
  for (const values of [...COLUMN_NAMES.map((name) => bars[name]), numbers]) {
    const bytes = bytesOf(values);
    let checksum = 0;
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      checksum = crc32(piece, checksum);
      await file.appendFile(piece);
    }
    checksums.push(checksum);
  }
  const header: CachedBarsHeader = { sha256, timeframe, synthetic, rows, blocks: blocks.length, checksums };
  await file.write(encodeHeader(header), 0, HEADER_BYTES, 0);
}

/** The time of a file of the cache is that of its last use. */
async function markUsed(path: string, clock: Pick<Clock, 'now'>): Promise<void> {
  const now = new Date(clock.now());
  await lutimes(path, now, now).catch(() => undefined);
}

/** Removes the least recently used bars and leftovers of killed processes. Keeps all other files of the folder. */
export async function prune(folder: string, now: number, mostBytes = MOST_BYTES_OF_ALL): Promise<void> {
  const cached: { path: string; size: number; used: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!FINGERPRINT.test(name) && !name.startsWith(TEMPORARY)) continue;
    // another process may remove it at the same time
    const stats = await lstat(path).catch(() => null);
    if (stats === null) continue;
    if (FINGERPRINT.test(name)) cached.push({ path, size: stats.size, used: stats.mtimeMs });
    else if (now - stats.mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
  let bytes = 0;
  for (const { path, size } of cached.toSorted((a, b) => b.used - a.used)) {
    bytes += size;
    if (bytes > mostBytes) await rm(path, { force: true });
  }
}

function bytesOf(values: Float64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
