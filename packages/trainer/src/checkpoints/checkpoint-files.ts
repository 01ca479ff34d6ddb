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
/** Of one that is being written: `{name}.{pid}.tmp`. The trainer of an earlier attempt may still run for a moment. */
const TEMPORARY = '.tmp';
/** Of one that is being received: several may be at a time, by several processes. What a killed one left goes with the folder. */
const RECEIVED = '.received';
let received = 0;
/** The one before the newest is there for when the newest is torn. */
const KEPT = 2;

/** What was read to go on from. */
export interface ReadCheckpoint {
  checkpoint: Checkpoint;
  /** Newer ones that cannot be used, each with the reason. */
  refused: string[];
}

/** Checkpoints of one run: `{directory}/checkpoint-{number}.ktrdr`, the last two. */
export class CheckpointFiles {
  /** Numbers of those that cannot be used. */
  private readonly refused = new Set<number>();
  private number: number | null = null;
  private swept = false;

  constructor(private readonly directory: string) {}

  /**
   * Writes the next one: whole or not at all, also when the power fails.
   *
   * @throws what the file system says
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

  /** The newest one's number and file; `null` where there is none. */
  async newest(): Promise<{ number: number; path: string } | null> {
    const [number] = await this.numbers();
    return number === undefined ? null : { number, path: this.pathOf(number) };
  }

  /**
   * Takes a checkpoint that another machine wrote as the next one: whole or not at all.
   *
   * @throws KtrdrError `checkpoint_refused` where it is torn, or none of this version; else what the file system says, or `bytes`
   */
  async receive(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const number = ((await this.numbers())[0] ?? 0) + 1;
    // two requests may bring one at the same time
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
   * The newest one that is whole and of this run.
   *
   * @param identity `null` takes a checkpoint of any run
   * @throws KtrdrError `checkpoint_missing` where there is none at all, `checkpoint_refused` where none can be used
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
        `There is no checkpoint in ${this.directory} any more: the training cannot go on from where it was. Retry it from the beginning.`,
      );
    }
    throw new KtrdrError(
      'checkpoint_refused',
      `The training cannot go on from where it was: ${refused.join(' ')} Put back what has changed and resume again, or start a new training.`,
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

  /** Removes checkpoints that are not among the newest that can be used. Lists once: one that is added meanwhile stays. */
  private async prune(): Promise<void> {
    const numbers = numbersOf(await readdir(this.directory));
    const kept = numbers.filter((number) => !this.refused.has(number)).slice(0, KEPT);
    for (const number of numbers) {
      if (!kept.includes(number)) await rm(this.pathOf(number), { force: true });
    }
  }

  /**
   * Removes what earlier attempts did not write to the end. Only an attempt's first checkpoint does this: a later one could
   * belong to an attempt that is over, and would remove what the next attempt is writing.
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
