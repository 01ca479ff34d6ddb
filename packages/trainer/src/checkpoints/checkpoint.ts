import { createHash, type Hash } from 'node:crypto';
import { KtrdrError, type EngineChoice, type SeedResult } from '@ktrdr/contracts';
import { parseBoundedJson } from '@ktrdr/files';
import { sha256Bytes } from '../files/checksum.js';
import type { LoopHistory, LoopState } from '../loop/loop-state.js';
import {
  type ArrayReference,
  checkHeader,
  type CheckpointNetwork,
  isArrayReference,
} from './checkpoint-header.js';

/**
 * Bytes of a checkpoint: `KTRDRCKP`; format number and header length (uint32 each, little-endian); the header, JSON in UTF-8; all
 * arrays, float32 or float64; SHA-256 of everything before it. The header refers to an array by its index, type and length. Floats have
 * the byte order of the machine.
 */
const MAGIC = Buffer.from('KTRDRCKP', 'latin1');
const FORMAT = 4;
const PREFIX_BYTES = MAGIC.length + 8;
const CHECKSUM_BYTES = 32;
/** The header holds no list that grows with the training: long lists of numbers are arrays too. */
const MOST_HEADER_BYTES = 2 ** 20;
const HEADER_LIMITS = { depth: 16, values: 40_000 };
/** Lists that grow with every epoch. Long ones become arrays. */
const HISTORY: ReadonlySet<string> = new Set<keyof LoopHistory>([
  'trainLoss',
  'trainAccuracy',
  'valLoss',
  'valAccuracy',
]);
const LONG_LIST = 64;

/** Fingerprints of everything that determines a training. A run only accepts checkpoints with the same identity. */
export interface RunIdentity {
  /** SHA-256 of the strategy file's text. */
  strategy: string;
  /** SHA-256 of the request's other settings. */
  settings: string;
  /** SHA-256 of the fingerprints of all bars. */
  bars: string;
  /** SHA-256 of the network's description. */
  model: string;
  engine: string;
  seed: number;
  /** SHA-256 of the code that trains. */
  code: string;
}

const IDENTITY_WORDS: Record<keyof RunIdentity, string> = {
  strategy: "the strategy's text",
  settings: "the request's settings",
  bars: 'the bars',
  model: 'the network',
  engine: 'the engine',
  seed: 'the seed',
  code: 'the code of ktrdr or of its engine',
};

export interface Checkpoint {
  identity: RunIdentity;
  /** The engine of the run, and why it was chosen. */
  engine: EngineChoice;
  /**
   * By index: each member that has begun. Seeds come first, then walk-forward folds. With several seeds, a seed leaves the list when it is
   * finished; a single seed and a fold stay with their final state.
   */
  states: MemberState[];
  /** `null`: no seed is finished, or there is only one. */
  finished: FinishedSeeds | null;
  /** Training time so far over all attempts, ms. */
  elapsed: number;
}

/** The state of one member. */
export interface MemberState {
  /** 0-based */
  index: number;
  state: LoopState;
}

/** Seeds of a run that are trained and scored. */
export interface FinishedSeeds {
  /** By index. Seeds that train in parallel can finish in any order. */
  results: FinishedSeed[];
  /** The one with the lowest validation loss, with its final state; if two are equal, the one with the lower index. */
  best: MemberState;
}

export interface FinishedSeed extends Omit<SeedResult, 'stored'> {
  /** 0-based */
  index: number;
}

/** The bytes of a checkpoint, such as an `OutsideFile`. */
export interface CheckpointSource {
  /** Bytes. */
  size: number;
  /** Fills `bytes` from `position` on. `onPiece` gets them in pieces. */
  fill(bytes: Uint8Array, position: number, onPiece?: (piece: Uint8Array) => void): Promise<void>;
  /** The bytes from `from` to `to`, in pieces. */
  pieces(from: number, to: number): AsyncIterable<Uint8Array>;
}

/** Returns the bytes of a checkpoint in pieces. @throws Error if a number in the header is not finite */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array[] {
  const arrays: (Float32Array | Float64Array)[] = [];
  const referenceTo = (array: Float32Array | Float64Array): ArrayReference => {
    const type = array instanceof Float32Array ? 'float32' : 'float64';
    return { $array: arrays.push(array) - 1, type, length: array.length };
  };
  const header = Buffer.from(
    JSON.stringify(checkpoint, (key, value: unknown) => {
      if (value instanceof Float32Array) return referenceTo(value);
      if (HISTORY.has(key) && isLongList(value)) return referenceTo(Float64Array.from(value));
      if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key} is ${value}`);
      return value;
    }),
  );
  if (header.length > MOST_HEADER_BYTES) throw new Error(`its header has ${header.length} bytes`);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(FORMAT, 0);
  numbers.writeUInt32LE(header.length, 4);
  const content = [MAGIC, numbers, header, ...arrays.map(bytesOf)];
  return [...content, sha256Bytes(content)];
}

function isLongList(value: unknown): value is number[] {
  return Array.isArray(value) && value.length >= LONG_LIST && value.every((item) => Number.isFinite(item));
}

/**
 * Checks a checkpoint without keeping its arrays: its header, the sizes of all arrays, and its checksum. It reads in pieces, and
 * allocates nothing that the file's length does not cover.
 *
 * @param network `null`: of any network
 * @throws KtrdrError `checkpoint_refused` if it is damaged, not a checkpoint, of another network or in another format
 */
export async function inspectCheckpoint(
  source: CheckpointSource,
  network: CheckpointNetwork | null,
): Promise<Pick<Checkpoint, 'identity' | 'engine'>> {
  const { start, header, end } = await readHeader(source, network);
  const hash = createHash('sha256').update(header.bytes);
  for await (const piece of source.pieces(start, end)) hash.update(piece);
  await checkChecksum(source, end, hash);
  const { identity, engine } = header.content;
  return { identity, engine };
}

/**
 * Reads a checkpoint of a run.
 *
 * @throws as {@link inspectCheckpoint}; `checkpoint_refused` also for a checkpoint of another run
 */
export async function decodeCheckpoint(
  source: CheckpointSource,
  network: CheckpointNetwork,
  identity: RunIdentity,
): Promise<Checkpoint> {
  const { start, header, end } = await readHeader(source, network, identity);
  const hash = createHash('sha256').update(header.bytes);
  const arrays: (Float32Array | number[])[] = [];
  let position = start;
  for (const { type, length } of header.arrays) {
    const array = type === 'float32' ? new Float32Array(length) : new Float64Array(length);
    const bytes = bytesOf(array);
    await source.fill(bytes, position, (piece) => hash.update(piece));
    arrays.push(array instanceof Float32Array ? array : Array.from(array));
    position += bytes.length;
  }
  await checkChecksum(source, end, hash);
  return withArrays(header.content, arrays) as Checkpoint;
}

interface Header {
  /** Everything before the arrays. */
  bytes: Buffer;
  /** Has references instead of arrays. */
  content: Pick<Checkpoint, 'identity' | 'engine'>;
  /** By index. */
  arrays: ArrayReference[];
}

async function readHeader(
  source: CheckpointSource,
  network: CheckpointNetwork | null,
  identity: RunIdentity | null = null,
): Promise<{ header: Header; start: number; end: number }> {
  const { size } = source;
  if (size < PREFIX_BYTES + CHECKSUM_BYTES) throw refused(`it is damaged: it has only ${size} bytes`);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  await source.fill(prefix, 0);
  if (!prefix.subarray(0, MAGIC.length).equals(MAGIC)) throw refused('it is not a checkpoint');
  const format = prefix.readUInt32LE(MAGIC.length);
  if (format !== FORMAT) throw refused(`it has format ${format}, and this version reads format ${FORMAT}`);
  const headerBytes = prefix.readUInt32LE(MAGIC.length + 4);
  if (headerBytes > MOST_HEADER_BYTES)
    throw refused(
      `it is damaged: its header has ${headerBytes} bytes, and at most ${MOST_HEADER_BYTES} are read`,
    );
  const start = PREFIX_BYTES + headerBytes;
  if (start + CHECKSUM_BYTES > size)
    throw refused(`it is damaged: it has ${size} of ${start + CHECKSUM_BYTES} bytes`);
  const bytes = Buffer.alloc(start);
  await source.fill(bytes, 0);
  const { content, arrays } = parseHeader(bytes.subarray(PREFIX_BYTES), network, identity);
  const end = arrays.reduce((sum, { type, length }) => sum + length * (type === 'float32' ? 4 : 8), start);
  if (size !== end + CHECKSUM_BYTES)
    throw refused(`it is damaged: it has ${size} of ${end + CHECKSUM_BYTES} bytes`);
  return { header: { bytes, content, arrays }, start, end };
}

function parseHeader(
  bytes: Buffer,
  network: CheckpointNetwork | null,
  identity: RunIdentity | null,
): Pick<Header, 'content' | 'arrays'> {
  let content: unknown;
  try {
    content = parseBoundedJson(bytes, HEADER_LIMITS);
  } catch (error) {
    throw refused(`it is damaged: its header ${(error as Error).message}`);
  }
  const found = checkHeader(content, null);
  if ('wrong' in found) throw refused(`it is not a checkpoint: ${found.wrong}`);
  const header = content as Header['content'];
  if (identity !== null) checkIdentity(header.identity, identity);
  const checked = network === null ? found : checkHeader(content, network);
  if ('wrong' in checked) throw refused(`it is not a checkpoint of this network: ${checked.wrong}`);
  checked.arrays.forEach(({ $array }, index) => {
    if ($array !== index) throw refused('it is damaged: its header does not match its arrays');
  });
  return { content: header, arrays: checked.arrays };
}

async function checkChecksum(source: CheckpointSource, end: number, hash: Hash): Promise<void> {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  await source.fill(checksum, end);
  if (!hash.digest().equals(checksum)) throw refused('it is damaged: its checksum does not match');
}

/** A copy with the arrays in place of their references. */
function withArrays(value: unknown, arrays: readonly unknown[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withArrays(item, arrays));
  if (isArrayReference(value)) {
    const array = arrays[value.$array];
    if (array === undefined) throw refused('it is damaged: its header does not match its arrays');
    return array;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withArrays(item, arrays)]));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @throws KtrdrError `checkpoint_refused`, which names the differences */
function checkIdentity(found: RunIdentity, expected: RunIdentity): void {
  const names = Object.keys(IDENTITY_WORDS) as (keyof RunIdentity)[];
  const differing = names
    .filter((name) => found[name] !== expected[name])
    .map((name) => IDENTITY_WORDS[name]);
  if (differing.length === 0) return;
  throw refused(
    `it belongs to another run: ${differing.join(', ')} ${differing.length === 1 ? 'differs' : 'differ'}`,
  );
}

function refused(reason: string): KtrdrError {
  return new KtrdrError('checkpoint_refused', reason);
}
