import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { OPERATION_ID_PATTERN, storageError, type SentFile } from '@ktrdr/contracts';
import { RefusedFileError, withOutsideFile } from '@ktrdr/files';
import { checkArrived } from './training-sessions.js';

/** Received files are removed after this long (ms). */
const OLD_MS = 14 * 24 * 3_600_000;

/** The delivery of a training that has sent a file. Each has its own folder: files of a replaced delivery are not used. */
export interface SentBy {
  operationId: string;
  attempt: number;
  delivery: number;
}

/** Files that hosts have sent for trainings that have not ended: `{stateDir}/received/{operationId}/{attempt}-{delivery}/`. */
export class ReceivedFiles {
  private readonly directory: string;
  private number = 0;

  constructor(stateDir: string) {
    this.directory = resolve(stateDir, 'received');
  }

  /**
   * Keeps one file, whole or not at all. A file that is sent again replaces the previous one.
   *
   * @param path a path that a run writes; the caller has checked it
   * @param content bounded by the caller
   * @throws KtrdrError `payload_too_large`, `disk_full`, `storage_failed`
   */
  async receive(by: SentBy, path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const file = join(this.of(by), path);
    const temporary = `${file}.${process.pid}-${(this.number += 1)}.tmp`;
    try {
      await mkdir(dirname(file), { recursive: true });
      await pipeline(content, createWriteStream(temporary, { flags: 'wx' }));
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw storageError(error, `writing ${file}`, 'STATE_DIR');
    }
  }

  /**
   * Copies the files of a delivery into `outputDir`.
   *
   * @throws KtrdrError `model_damaged` if a file is missing or its bytes differ from those that were sent
   */
  async moveTo(outputDir: string, by: SentBy, files: readonly SentFile[]): Promise<void> {
    for (const file of files) checkArrived(file, await this.copy(by, file.path, join(outputDir, file.path)));
  }

  /** @returns the SHA-256 of the bytes that were copied; `null` if there is no such file */
  private async copy(by: SentBy, path: string, to: string): Promise<string | null> {
    const hash = createHash('sha256');
    try {
      await mkdir(dirname(to), { recursive: true });
      await withOutsideFile(this.directory, `${nameOf(by)}/${path}`, { maxBytes: Infinity }, async (file) => {
        const copy = await open(to, 'wx');
        try {
          for await (const piece of file.pieces()) {
            hash.update(piece);
            await copy.appendFile(piece);
          }
        } finally {
          await copy.close();
        }
      });
    } catch (error) {
      if (error instanceof RefusedFileError) return null;
      throw storageError(error, `writing ${to}`, 'MODELS_DIR');
    }
    return hash.digest('hex');
  }

  /** Removes the files of a training that has ended. Never throws: a failure is reported, and the files are removed when they are old. */
  async remove(operationId: string, onProblem: (problem: string) => void): Promise<void> {
    const directory = join(this.directory, operationId);
    try {
      await rm(directory, { recursive: true, force: true });
    } catch (error) {
      onProblem(`${directory} could not be removed: ${(error as Error).message}`);
    }
  }

  /** Removes files that are older than two weeks. Call it at start-up. `now`: ms since 1970. */
  async removeOld(now: number): Promise<void> {
    const names = await readdir(this.directory).catch(() => []);
    for (const name of names) {
      if (!OPERATION_ID_PATTERN.test(name)) continue;
      const directory = join(this.directory, name);
      if (now - (await stat(directory)).mtimeMs > OLD_MS)
        await rm(directory, { recursive: true, force: true });
    }
  }

  private of(by: SentBy): string {
    return join(this.directory, nameOf(by));
  }
}

function nameOf({ operationId, attempt, delivery }: SentBy): string {
  return `${operationId}/${attempt}-${delivery}`;
}
