import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type EngineChoice, KtrdrError } from '@ktrdr/contracts';
import { openOutsideFile, type OutsideFile, RefusedFileError } from '@ktrdr/files';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  inspectCheckpoint,
  type Checkpoint,
  type RunIdentity,
} from './checkpoint.js';
import { type CheckpointNetwork, mostCheckpointBytes } from './checkpoint-header.js';
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
const OPEN_TRIES = 5;

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
   * The bytes of the newest checkpoint, to send them to another machine; `null` if there is none.
   *
   * @throws KtrdrError `checkpoint_refused`, `storage_failed`
   */
  async openNewest(): Promise<Readable | null> {
    for (let tries = 1; ; tries += 1) {
      const [number] = await this.numbers();
      if (number === undefined) return null;
      try {
        return (await this.openOne(nameOf(number))).stream();
      } catch (error) {
        // newer checkpoints have just replaced it
        const isGone = error instanceof RefusedFileError && error.refusal === 'missing';
        if (!isGone || tries === OPEN_TRIES) throw refusedFile(error);
      }
    }
  }

  /**
   * Stores a checkpoint from another machine as the next one, atomically. Its arrays are not kept in memory.
   *
   * @param network of the training: the checkpoint must have its sizes
   * @throws KtrdrError `checkpoint_refused` if it is damaged, has another format, or is of another network; errors of the file system
   * and of `bytes` as they are
   */
  async receive(bytes: AsyncIterable<Uint8Array>, network: CheckpointNetwork): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const number = ((await this.numbers())[0] ?? 0) + 1;
    // two requests may send one at the same time
    const temporary = `${nameOf(number)}.${process.pid}-${(received += 1)}${RECEIVED}`;
    const path = join(this.directory, temporary);
    try {
      await writeBounded(path, bytes, mostCheckpointBytes(network));
      const file = await this.openOne(temporary);
      try {
        await inspectCheckpoint(file, network);
      } finally {
        await file.close();
      }
      await rename(path, this.pathOf(number));
    } catch (error) {
      await rm(path, { force: true });
      throw refusedFile(error);
    }
    await syncToDisk(this.directory);
    await this.prune();
  }

  /**
   * The engine of the newest undamaged checkpoint.
   *
   * @throws as {@link read}
   */
  async engine(): Promise<EngineChoice> {
    const { checkpoint } = await this.newestOf(async (file) => ({
      checkpoint: await inspectCheckpoint(file, null),
    }));
    return checkpoint.engine;
  }

  /**
   * Reads the newest checkpoint that is undamaged and belongs to this run.
   *
   * @throws KtrdrError `checkpoint_missing` if there is no checkpoint, `checkpoint_refused` if none can be used
   */
  read(identity: RunIdentity, network: CheckpointNetwork): Promise<ReadCheckpoint> {
    return this.newestOf(async (file) => ({ checkpoint: await decodeCheckpoint(file, network, identity) }));
  }

  /** What `use` makes of the newest checkpoint that it does not refuse. */
  private async newestOf<T>(use: (file: OutsideFile) => Promise<T>): Promise<T & { refused: string[] }> {
    const refused: string[] = [];
    for (const number of await this.numbers()) {
      try {
        const file = await this.openOne(nameOf(number));
        try {
          return { ...(await use(file)), refused };
        } finally {
          await file.close();
        }
      } catch (error) {
        const refusal = refusedFile(error);
        if (!(refusal instanceof KtrdrError && refusal.code === 'checkpoint_refused')) throw refusal;
        this.refused.add(number);
        refused.push(`${nameOf(number)} cannot be used: ${refusal.message}.`);
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

  /** Its length proves nothing yet, and costs nothing: each part is read when the part before it has been checked. @throws RefusedFileError */
  private openOne(name: string): Promise<OutsideFile> {
    return openOutsideFile(dirname(this.directory), `${basename(this.directory)}/${name}`, {
      maxBytes: Infinity,
    });
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

/** @throws KtrdrError `checkpoint_refused` above `most` bytes */
async function writeBounded(path: string, bytes: AsyncIterable<Uint8Array>, most: number): Promise<void> {
  const file = await open(path, 'wx');
  try {
    let size = 0;
    for await (const piece of bytes) {
      size += piece.length;
      if (size > most) {
        throw new KtrdrError(
          'checkpoint_refused',
          `it has more than ${most} bytes, which is the largest checkpoint of this training`,
        );
      }
      await file.appendFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A file that is not read as `checkpoint_refused`; any other error unchanged. */
function refusedFile(error: unknown): unknown {
  if (!(error instanceof RefusedFileError) || error.refusal === 'unreadable') return error;
  return new KtrdrError('checkpoint_refused', `it ${error.reason}`, { cause: error });
}
