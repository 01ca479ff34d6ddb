import { cp, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KtrdrError, storageError } from '@ktrdr/contracts';
import type { CancellationToken } from '@ktrdr/orchestrator';
import type { Strategy } from '@ktrdr/strategy';
import type { ModelStorage, StoredModel, TrainingRunOutcome } from '@ktrdr/trainer';

/** A run whose files are where they are kept. */
export interface KeptRun {
  outcome: TrainingRunOutcome;
  /** `null` after a dry run. */
  model: StoredModel | null;
  /** Folder of the per-epoch analytics; `null` where none were asked for. */
  analyticsDirectory: string | null;
}

const RUN_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** Far more than runs of one name ever begin in one second. */
const MAX_TRIES = 100;

/**
 * Puts what a run wrote where it is kept: the model into the model storage, the analytics into
 * `{stateDir}/training_analytics/runs/{symbol}_{strategy}_{YYYYMMDD_HHMMSS}/`. All of it or nothing.
 */
export class RunOutputs {
  private readonly analyticsRuns: string;

  constructor(
    private readonly models: ModelStorage,
    stateDir: string,
  ) {
    this.analyticsRuns = resolve(stateDir, 'training_analytics', 'runs');
  }

  /**
   * Gives `run` an empty folder, and keeps what it wrote there. The folder is gone afterwards, however the run ended.
   *
   * @throws OperationCancelledError where the token fired before anything was kept
   * @throws KtrdrError `disk_full`, `storage_failed`, `model_damaged`
   */
  async keep(
    operationId: string,
    strategy: Strategy,
    token: CancellationToken,
    run: (outputDir: string) => Promise<TrainingRunOutcome>,
  ): Promise<KeptRun> {
    const outputDir = await this.models.stage(operationId);
    try {
      const outcome = await run(outputDir);
      token.throwIfCancelled();
      const analyticsDirectory = await this.keepAnalytics(outputDir, outcome);
      try {
        const model = await this.keepModel(outputDir, strategy, outcome);
        return { outcome, model, analyticsDirectory };
      } catch (error) {
        if (analyticsDirectory !== null) await rm(analyticsDirectory, { recursive: true, force: true });
        throw error;
      }
    } finally {
      await this.models.discard(outputDir);
    }
  }

  private async keepModel(
    outputDir: string,
    strategy: Strategy,
    { result }: TrainingRunOutcome,
  ): Promise<StoredModel | null> {
    if (result.training_metrics === null) return null;
    return this.models.commit(outputDir, { strategy: strategy.name, timeframe: strategy.baseTimeframe });
  }

  private async keepAnalytics(outputDir: string, { result }: TrainingRunOutcome): Promise<string | null> {
    const analytics = result.training_metrics?.analytics ?? null;
    if (analytics === null) return null;
    const written = join(outputDir, 'analytics');
    const directory = await this.claim(analytics.run_id);
    try {
      // The state folder may be on another disk than the models: no rename.
      await cp(written, directory, { recursive: true });
      await rm(written, { recursive: true });
      return directory;
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw notWritten(directory, error);
    }
  }

  /** Makes a new folder for the analytics; a second run of the same second gets `_2`. */
  private async claim(runId: string): Promise<string> {
    if (!RUN_ID_PATTERN.test(runId)) {
      throw new KtrdrError('model_damaged', `'${runId}' is not the name of a run's analytics.`);
    }
    try {
      await mkdir(this.analyticsRuns, { recursive: true });
      for (let number = 1; number <= MAX_TRIES; number += 1) {
        const directory = join(this.analyticsRuns, number === 1 ? runId : `${runId}_${number}`);
        if (await made(directory)) return directory;
      }
      throw new Error(`no free name for ${runId}`);
    } catch (error) {
      throw notWritten(this.analyticsRuns, error);
    }
  }
}

async function made(directory: string): Promise<boolean> {
  try {
    await mkdir(directory);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function notWritten(directory: string, error: unknown): KtrdrError {
  return storageError(error, `writing the analytics into ${directory}`, 'STATE_DIR');
}
