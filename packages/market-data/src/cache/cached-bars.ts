import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Clock, Timeframe } from '@ktrdr/contracts';
import { appendInPieces, CacheFolder, type OutsideFile } from '@ktrdr/files';
import { type ColumnArrays, COLUMN_NAMES } from '../bars-columns.js';
import type { Bars } from '../bars.js';
import {
  cachedBytes,
  type CachedBarsHeader,
  decodeHeader,
  encodeHeader,
  HEADER_BYTES,
} from './cached-bars-header.js';

/** Larger than the cache of the largest bars file. */
const MOST_BYTES = 8 * 2 ** 30;
/** Maximum size of all cached bars. */
const MOST_BYTES_OF_ALL = 16 * 2 ** 30;
const FINGERPRINT = /^[0-9a-f]{64}$/;

/** `{stateDir}/bars`: bars as columns, by fingerprint. Any file in it may be deleted at any time. */
export function cacheFolder(stateDir: string): string {
  return join(stateDir, 'bars');
}

function openCache(stateDir: string, clock: Pick<Clock, 'now'>): CacheFolder {
  return new CacheFolder({
    path: cacheFolder(stateDir),
    names: FINGERPRINT,
    mostBytes: MOST_BYTES_OF_ALL,
    clock,
  });
}

/** What a file of the cache holds of bars. The rest is in the name of the bars file. */
export type CachedBars = ColumnArrays & Pick<Bars, 'length' | 'synthetic' | 'lineBlocks'>;
type BarsToCache = CachedBars & Pick<Bars, 'timeframe'> & { sha256: string };

/** The bars of a file with this fingerprint, as they were parsed; `null` if they are not cached, or their cache is damaged. */
export async function readCachedBars(
  stateDir: string,
  { sha256, timeframe }: Pick<BarsToCache, 'sha256' | 'timeframe'>,
  clock: Pick<Clock, 'now'>,
): Promise<CachedBars | null> {
  return openCache(stateDir, clock).read(sha256, MOST_BYTES, (file, isChecked) =>
    readFrom(file, sha256, timeframe, isChecked),
  );
}

/** Writes bars into the cache. Replaces an existing file. */
export async function cacheBars(
  stateDir: string,
  bars: BarsToCache,
  clock: Pick<Clock, 'now'>,
): Promise<void> {
  const blocks = bars.lineBlocks ?? [];
  const bytes = cachedBytes({ rows: bars.length, blocks: blocks.length });
  await openCache(stateDir, clock).write(bars.sha256, bytes, (file) => writeTo(file, bars, blocks));
}

async function readFrom(
  file: OutsideFile,
  sha256: string,
  timeframe: Timeframe,
  isChecked: boolean,
): Promise<CachedBars | null> {
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
      return fill(file, values, from, isChecked ? null : checksums[part]!);
    }),
  );
  if (sound.includes(false)) return null;
  const lineBlocks = Array.from({ length: blocks }, (_, block) => ({
    row: numbers[2 * block]!,
    line: numbers[2 * block + 1]!,
  }));
  return { ...columns, length: rows, synthetic, lineBlocks };
}

/** Fills a column. @returns whether its bytes have the checksum, if there is one to compare */
async function fill(
  file: OutsideFile,
  values: Float64Array,
  position: number,
  checksum: number | null,
): Promise<boolean> {
  if (checksum === null) {
    await file.fill(bytesOf(values), position);
    return true;
  }
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
    let checksum = 0;
    await appendInPieces(file, bytesOf(values), (piece) => {
      checksum = crc32(piece, checksum);
    });
    checksums.push(checksum);
  }
  const header: CachedBarsHeader = { sha256, timeframe, synthetic, rows, blocks: blocks.length, checksums };
  await file.write(encodeHeader(header), 0, HEADER_BYTES, 0);
}

function bytesOf(values: Float64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
