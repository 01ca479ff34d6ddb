import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import type { Timeframe } from '@ktrdr/contracts';

/**
 * Number of the format, and of what the parser makes of a file. Raise it if the same bytes become other bars, or if they are refused
 * from now on: older caches are ignored then.
 */
const FORMAT = 1;
const MAGIC = `ktrdr-bars ${FORMAT} ${endianness()}`;
/** Bytes before the first column. */
export const HEADER_BYTES = 1_024;
/** Bytes of one value of a column. */
const VALUE_BYTES = 8;

/** Describes the columns that follow it in a file of the cache. */
export interface CachedBarsHeader {
  /** Fingerprint of the bars file. */
  sha256: string;
  /** The parser refuses bars that do not fit their timeframe. */
  timeframe: Timeframe;
  synthetic: boolean;
  rows: number;
  /** Number of blocks of lines; each has two values, row and line. */
  blocks: number;
  /** CRC-32 of time, open, high, low, close, volume and blocks. */
  checksums: number[];
}

/** `ktrdr-bars 1 LE {checksum} {JSON}`, filled up with spaces and a line feed. */
export function encodeHeader(header: CachedBarsHeader): Buffer {
  const text = JSON.stringify(header);
  const line = `${MAGIC} ${crc32(text).toString(16)} ${text}`;
  return Buffer.from(`${line.padEnd(HEADER_BYTES - 1)}\n`);
}

/** @returns `null` if these are not the bytes of a header of this format */
export function decodeHeader(bytes: Buffer): CachedBarsHeader | null {
  const text = bytes.toString('latin1');
  const json = text.slice(text.indexOf('{')).trimEnd();
  if (!text.startsWith(`${MAGIC} ${crc32(json).toString(16)} {`)) return null;
  const header = JSON.parse(json) as CachedBarsHeader;
  const { rows, blocks, checksums } = header;
  if (!isCount(rows) || !isCount(blocks) || !Array.isArray(checksums)) return null;
  return bytes.equals(encodeHeader(header)) ? header : null;
}

/** Size of the file that a header belongs to, bytes. */
export function cachedBytes({ rows, blocks }: Pick<CachedBarsHeader, 'rows' | 'blocks'>): number {
  return HEADER_BYTES + (6 * rows + 2 * blocks) * VALUE_BYTES;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
