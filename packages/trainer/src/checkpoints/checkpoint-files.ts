import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { KtrdrError } from '@ktrdr/contracts';
import {
  checkIdentity,
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
  type RunIdentity,
} from './checkpoint.js';
import { syncToDisk } from '../files/checksum.js';
import { unlessMissing } from '../files/storage-error.js';

const NAME_PATTERN = /^checkpoint-([0-9]{8})\.ktrdr$/;
/** Suffix while a checkpoint is being written: `{name}.{pid}.tmp`. The trainer of an earlier attempt may still run for a moment. */
const TEMPORARY = '.tmp';
/** Suffix while a checkpoint is being received, possibly by several processes at a time. Leftovers of a killed process are removed with the folder. */
const RECEIVED = '.received';
let received = 0;
/** The second newest is a fallback if the newest is damaged. */
const KEPT = 2;

/** The checkpoint to continue from. */
export interface ReadCheckpoint {
  checkpoint: Checkpoint;
  /** Newer checkpoints that cannot be used, with the reason for each. */
  refused: string[];
}

/** The last two checkpoints of one run: `{directory}/checkpoint-{number}.ktrdr`. */
export class CheckpointFiles {
  /** Numbers of checkpoints that cannot be used. */
  private readonly refused = new Set<number>();
  private number: number | null = null;
  private swept = false;

  constructor(private readonly directory: string) {}

  /**
   * Writes the next checkpoint atomically: it survives a power failure complete or not at all.
   *
   * @throws errors of the file system as they are
   */
  async write(checkpoint: Checkpoint): Promise<void> {
    const pieces = encodeCheckpoint(checkpoint);
    this.number ??= (await this.numbers())[0] ?? 0;
    if (this.number === 0) await mkdir(this.directory, { recursive: true });
    if (!this.swept) await this.sweep();
    const number = this.number + 1;
    const path = this.pathOf(number);
    const temporary = `${path}.${process.pid}${TEMPORARY}`;
    try {
      await writeSynced(temporary, pieces);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncToDisk(this.directory);
    this.number = number;
    await this.prune();
  }

  /** Number and file of the newest checkpoint; `null` if there is none. */
  async newest(): Promise<{ number: number; path: string } | null> {
    const [number] = await this.numbers();
    return number === undefined ? null : { number, path: this.pathOf(number) };
  }

  /**
   * Stores a checkpoint from another machine as the next one, atomically.
   *
   * @throws KtrdrError `checkpoint_refused` if it is damaged or has another format; errors of the file system and of `bytes` as they are
   */
  async receive(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const number = ((await this.numbers())[0] ?? 0) + 1;
    // two requests may send one at the same time
    const temporary = `${this.pathOf(number)}.${process.pid}-${(received += 1)}${RECEIVED}`;
    try {
      const file = await open(temporary, 'w+');
      try {
        for await (const piece of bytes) await file.appendFile(piece);
        const { size } = await file.stat();
        await decodeCheckpoint(size, (position, length) => readBytes(file, position, length));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.pathOf(number));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncToDisk(this.directory);
    await this.prune();
  }

  /**
   * Reads the newest checkpoint that is undamaged and belongs to this run.
   *
   * @param identity `null` accepts a checkpoint of any run
   * @throws KtrdrError `checkpoint_missing` if there is no checkpoint, `checkpoint_refused` if none can be used
   */
  async read(identity: RunIdentity | null): Promise<ReadCheckpoint> {
    const refused: string[] = [];
    for (const number of await this.numbers()) {
      try {
        const checkpoint = await this.readOne(number);
        if (identity !== null) checkIdentity(checkpoint.identity, identity);
        return { checkpoint, refused };
      } catch (error) {
        if (!(error instanceof KtrdrError && error.code === 'checkpoint_refused')) throw error;
        this.refused.add(number);
        refused.push(`${nameOf(number)} cannot be used: ${error.message}.`);
      }
    }
    if (refused.length === 0) {
      throw new KtrdrError(
        'checkpoint_missing',
        `There is no checkpoint in ${this.directory}: the training cannot be resumed. Retry it from the beginning.`,
      );
    }
    throw new KtrdrError(
      'checkpoint_refused',
      `The training cannot be resumed: ${refused.join(' ')} Restore what has changed and resume again, or start a new training.`,
      { details: { directory: this.directory, refused } },
    );
  }

  private async readOne(number: number): Promise<Checkpoint> {
    const file = await open(this.pathOf(number), 'r');
    try {
      const { size } = await file.stat();
      return await decodeCheckpoint(size, (position, length) => readBytes(file, position, length));
    } finally {
      await file.close();
    }
  }

  /** Newest first. */
  private async numbers(): Promise<number[]> {
    const names = await readdir(this.directory).catch((error: unknown) =>
      unlessMissing(error, this.directory, []),
    );
    return numbersOf(names);
  }

  /** Removes all but the newest usable checkpoints. Lists the folder once, so that a checkpoint added meanwhile stays. */
  private async prune(): Promise<void> {
    const numbers = numbersOf(await readdir(this.directory));
    const kept = numbers.filter((number) => !this.refused.has(number)).slice(0, KEPT);
    for (const number of numbers) {
      if (!kept.includes(number)) await rm(this.pathOf(number), { force: true });
    }
  }

  /**
   * Removes incomplete files of earlier attempts. Only an attempt's first write does this: at a later write, the next attempt may
   * already have begun, and its file must stay.
   */
  private async sweep(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      if (name.endsWith(TEMPORARY)) await rm(join(this.directory, name), { force: true });
    }
    this.swept = true;
  }

  private pathOf(number: number): string {
    return join(this.directory, nameOf(number));
  }
}

/** Newest first. */
function numbersOf(names: readonly string[]): number[] {
  return names
    .flatMap((name) => NAME_PATTERN.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => b - a);
}

function nameOf(number: number): string {
  return `checkpoint-${String(number).padStart(8, '0')}.ktrdr`;
}

async function writeSynced(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
