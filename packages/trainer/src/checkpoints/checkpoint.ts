import { KtrdrError, type EngineChoice, type SeedResult } from '@ktrdr/contracts';
import { sha256Bytes } from '../files/checksum.js';
import type { LoopState } from '../loop/loop-state.js';

/**
 * Bytes of a checkpoint: `KTRDRCKP`; format number and header length (uint32 each, little-endian); the header, JSON in UTF-8; all
 * arrays as float32; SHA-256 of everything before it. The header refers to an array by its index and length. Floats have the byte
 * order of the machine.
 */
const MAGIC = Buffer.from('KTRDRCKP', 'latin1');
const FORMAT = 1;
const PREFIX_BYTES = MAGIC.length + 8;
const CHECKSUM_BYTES = 32;
/** Limit for the header, much more than the longest history needs. */
const MOST_HEADER_BYTES = 64 * 2 ** 20;
const FLOAT_BYTES = 4;

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
  /** State of the seed that is being trained; after the last seed, that of the best one. */
  state: LoopState;
  /** `null`: no seed is finished, or there is only one. */
  finished: FinishedSeeds | null;
}

/** Seeds of a run that are trained and scored. The next one follows in the order of the seeds. */
export interface FinishedSeeds {
  /** In the order of the seeds. */
  results: Omit<SeedResult, 'stored'>[];
  /** The one with the lowest validation loss, with its final state. */
  best: { index: number; state: LoopState };
  /** Training time of all of them, ms. */
  elapsed: number;
}

/** Reads `length` bytes from `position` on; returns fewer at the end of the file. */
export type ReadBytes = (position: number, length: number) => Promise<Uint8Array>;

interface ArrayReference {
  $array: number;
  length: number;
}

/** Returns the bytes of a checkpoint in pieces. @throws Error if a number in the header is not finite */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array[] {
  const arrays: Float32Array[] = [];
  const header = Buffer.from(
    JSON.stringify(checkpoint, (key, value: unknown) => {
      if (value instanceof Float32Array) {
        arrays.push(value);
        return { $array: arrays.length - 1, length: value.length } satisfies ArrayReference;
      }
      if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key} is ${value}`);
      return value;
    }),
  );
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(FORMAT, 0);
  numbers.writeUInt32LE(header.length, 4);
  const content = [MAGIC, numbers, header, ...arrays.map(bytesOf)];
  return [...content, sha256Bytes(content)];
}

/**
 * Reads a checkpoint. Checks each length against the file's size before it reads that many bytes.
 *
 * @param size of the file, bytes
 * @throws KtrdrError `checkpoint_refused` if it is damaged, not a checkpoint, or has another format
 */
export async function decodeCheckpoint(size: number, read: ReadBytes): Promise<Checkpoint> {
  const prefix = Buffer.from(await read(0, PREFIX_BYTES));
  if (prefix.length < PREFIX_BYTES) throw refused(`it is damaged: it has only ${size} bytes`);
  if (!prefix.subarray(0, MAGIC.length).equals(MAGIC)) throw refused('it is not a checkpoint');
  const format = prefix.readUInt32LE(MAGIC.length);
  if (format !== FORMAT) throw refused(`it has format ${format}, and this version reads format ${FORMAT}`);
  const headerBytes = prefix.readUInt32LE(MAGIC.length + 4);
  if (headerBytes > Math.min(MOST_HEADER_BYTES, size)) {
    throw refused(`it is damaged: its header length of ${headerBytes} bytes is invalid`);
  }
  const header = Buffer.from(await read(PREFIX_BYTES, headerBytes));
  const text = header.toString('utf8');
  const lengths = arrayLengths(text);
  const bytes = lengths.reduce((sum, length) => sum + length * FLOAT_BYTES, 0);
  const start = PREFIX_BYTES + headerBytes;
  const expected = start + bytes + CHECKSUM_BYTES;
  if (size !== expected) throw refused(`it is damaged: it has ${size} of ${expected} bytes`);
  const body = await read(start, bytes + CHECKSUM_BYTES);
  const content = body.subarray(0, bytes);
  if (!Buffer.from(sha256Bytes([prefix, header, content])).equals(body.subarray(bytes))) {
    throw refused('it is damaged: its checksum does not match');
  }
  return withArrays(text, lengths, content);
}

/** Lengths of the arrays, by index. */
function arrayLengths(header: string): number[] {
  const lengths: number[] = [];
  parse(header, ({ $array, length }) => {
    if ($array !== lengths.length || !Number.isSafeInteger(length) || length < 0) {
      throw refused('it is damaged: its header does not match its arrays');
    }
    lengths.push(length);
    return null;
  });
  return lengths;
}

function withArrays(header: string, lengths: readonly number[], content: Uint8Array): Checkpoint {
  // copies, because floats must begin at a multiple of four bytes
  const floats = new Float32Array(new Uint8Array(content).buffer);
  let position = 0;
  const arrays = lengths.map((length) => floats.slice(position, (position += length)));
  const checkpoint = parse(header, ({ $array }) => arrays[$array]);
  if (!isCheckpoint(checkpoint)) throw refused('it is not a checkpoint of a training');
  return checkpoint;
}

function parse(header: string, arrayOf: (reference: ArrayReference) => unknown): unknown {
  try {
    return JSON.parse(header, (_, value: unknown) => (isArrayReference(value) ? arrayOf(value) : value));
  } catch (error) {
    if (error instanceof KtrdrError) throw error;
    throw refused('it is damaged: its header cannot be read');
  }
}

/** Checks only the structure: the checksum has proved that the content is unchanged. */
function isCheckpoint(value: unknown): value is Checkpoint {
  const { identity, engine, state } = (value ?? {}) as Record<string, unknown>;
  return [identity, engine, state].every((part) => typeof part === 'object' && part !== null);
}

function isArrayReference(value: unknown): value is ArrayReference {
  return typeof value === 'object' && value !== null && '$array' in value;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @throws KtrdrError `checkpoint_refused`, which names the differences */
export function checkIdentity(found: RunIdentity, expected: RunIdentity): void {
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
