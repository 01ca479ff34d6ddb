import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { BarsFingerprint, Clock } from '@ktrdr/contracts';
import { appendInPieces, CacheFolder, type OutsideFile } from '@ktrdr/files';
import { sha256 } from '../files/checksum.js';
import type { PrepareRequest } from './prepare-data.js';
import { type DataArray, packValue, paddedBytes, unpackValue } from './typed-arrays.js';

/** The format of the file. What the values mean is part of the key: see `code`. */
const MAGIC = `ktrdr-features 1 ${endianness()}`;
/** Bytes before the text: magic, key, checksum of what follows, length of the text. */
const HEADER_BYTES = 128;
const MB = 1_000_000;

/** Everything that a value of the cache was computed from. */
export interface FeatureCacheKey extends Omit<PrepareRequest, 'bars'> {
  bars: readonly BarsFingerprint[];
  /** Fingerprint of the code. */
  code: string;
}

/** `{stateDir}/features`: prepared data. The same key gives the same bytes. */
export class FeatureCache {
  private readonly folder: CacheFolder;
  private readonly mostBytes: number;

  /** @param mostMb maximum size of the folder */
  constructor(stateDir: string, mostMb: number, clock: Pick<Clock, 'now'>) {
    this.mostBytes = mostMb * MB;
    this.folder = new CacheFolder({
      path: join(stateDir, 'features'),
      names: /^[0-9a-f]{64}$/,
      mostBytes: this.mostBytes,
      clock,
    });
  }

  /** The cached value; `null` if there is none, or its file is damaged. Its arrays share one buffer. */
  read(key: FeatureCacheKey): Promise<unknown> {
    const name = nameOf(key);
    return this.folder.read(name, this.mostBytes, (file, isChecked) => readFrom(file, name, isChecked));
  }

  /**
   * Caches a value of plain objects, lists, numbers and arrays.
   *
   * @param pause awaited regularly; throws to stop, and nothing is cached
   */
  async write(key: FeatureCacheKey, value: unknown, pause: () => Promise<void>): Promise<void> {
    const name = nameOf(key);
    const { text, arrays } = packValue(value);
    // spaces are valid padding after JSON
    const start = Buffer.alloc(paddedBytes(Buffer.byteLength(text)), ' ');
    start.write(text);
    const bytes = arrays.reduce((sum, { byteLength }) => sum + paddedBytes(byteLength), HEADER_BYTES);
    await this.folder.write(name, bytes + start.length, (file) => writeTo(file, name, start, arrays, pause));
  }
}

/** Machines with another processor or V8 may compute other last digits. */
function nameOf(key: FeatureCacheKey): string {
  return sha256([process.arch, process.versions.v8, packValue(key).text].join('\n'));
}

async function readFrom(file: OutsideFile, name: string, isChecked: boolean): Promise<unknown> {
  if (file.size < HEADER_BYTES) return null;
  const head = Buffer.alloc(HEADER_BYTES);
  await file.fill(head, 0);
  const bytes = new Uint8Array(file.size - HEADER_BYTES);
  const textBytes = Number(head.toString('latin1').trimEnd().split(' ').at(-1));
  let checksum = crc32(String(textBytes));
  const add = (piece: Uint8Array): void => {
    checksum = crc32(piece, checksum);
  };
  await file.fill(bytes, HEADER_BYTES, isChecked ? undefined : add);
  const isSound = isChecked
    ? head.toString('latin1').startsWith(`${MAGIC} ${name} `)
    : head.equals(headerOf(name, checksum, textBytes));
  if (!isSound) return null;
  const text = Buffer.from(bytes.buffer, 0, textBytes).toString();
  return unpackValue(text, bytes.buffer, textBytes);
}

/** Writes the header last, because a file with a header counts as complete. */
async function writeTo(
  file: FileHandle,
  name: string,
  text: Buffer,
  arrays: readonly DataArray[],
  pause: () => Promise<void>,
): Promise<void> {
  let checksum = crc32(String(text.length));
  const append = (bytes: Uint8Array): Promise<void> =>
    appendInPieces(file, bytes, (piece) => {
      checksum = crc32(piece, checksum);
    });
  await file.appendFile(Buffer.alloc(HEADER_BYTES));
  await append(text);
  for (const { buffer, byteOffset, byteLength } of arrays) {
    await pause();
    await append(Buffer.from(buffer, byteOffset, byteLength));
    await append(Buffer.alloc(paddedBytes(byteLength) - byteLength));
  }
  await file.write(headerOf(name, checksum, text.length), 0, HEADER_BYTES, 0);
}

function headerOf(name: string, checksum: number, textBytes: number): Buffer {
  const line = `${MAGIC} ${name} ${checksum.toString(16)} ${textBytes}`;
  return Buffer.from(`${line.padEnd(HEADER_BYTES - 1)}\n`);
}
