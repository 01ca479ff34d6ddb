import { readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KtrdrError, OPERATION_ID_PATTERN, type EngineChoice } from '@ktrdr/contracts';
import { CheckpointFiles } from './checkpoint-files.js';
import { unlessMissing } from '../files/storage-error.js';

/** Age at which checkpoints are removed, ms. */
const OLD_MS = 14 * 24 * 3_600_000;

/** The checkpoints of all runs of a service: `{stateDir}/checkpoints/{operationId}/`. */
export class CheckpointFolders {
  private readonly directory: string;

  constructor(stateDir: string) {
    this.directory = resolve(stateDir, 'checkpoints');
  }

  /** Folder of a run. The run creates it with its first checkpoint. @throws KtrdrError `invalid_name` */
  of(operationId: string): string {
    if (!OPERATION_ID_PATTERN.test(operationId)) {
      throw new KtrdrError('invalid_name', `'${operationId}' is not an operation id.`);
    }
    return join(this.directory, operationId);
  }

  /**
   * The engine that was chosen for a run.
   *
   * @throws KtrdrError `checkpoint_missing`, `checkpoint_refused`, `storage_failed`
   */
  engineOf(operationId: string): Promise<EngineChoice> {
    return this.filesOf(operationId).engine();
  }

  /** Whether a run has a readable checkpoint. @throws KtrdrError `invalid_name`, `storage_failed` */
  async has(operationId: string): Promise<boolean> {
    try {
      await this.engineOf(operationId);
      return true;
    } catch (error) {
      if (error instanceof KtrdrError && error.code.startsWith('checkpoint_')) return false;
      throw error;
    }
  }

  /** Checkpoints of one run. @throws KtrdrError `invalid_name` */
  filesOf(operationId: string): CheckpointFiles {
    return new CheckpointFiles(this.of(operationId));
  }

  /** Removes the checkpoints of a run that has completed or restarts. Never throws: reports what it cannot remove; `removeOld` tries again. */
  async remove(operationId: string, onProblem: (problem: string) => void): Promise<void> {
    const directory = this.of(operationId);
    try {
      await rm(directory, { recursive: true, force: true });
    } catch (error) {
      onProblem(`checkpoints in ${directory} could not be removed: ${(error as Error).message}`);
    }
  }

  /**
   * Removes folders without a write for two weeks. Call it at start-up.
   *
   * @param now ms since 1970
   * @throws KtrdrError `storage_failed`
   */
  async removeOld(now: number): Promise<void> {
    const names = await readdir(this.directory).catch((error: unknown) =>
      unlessMissing(error, this.directory, []),
    );
    for (const name of names) {
      if (!OPERATION_ID_PATTERN.test(name)) continue;
      const directory = join(this.directory, name);
      const { mtimeMs } = await stat(directory);
      if (now - mtimeMs > OLD_MS) await rm(directory, { recursive: true, force: true });
    }
  }
}
