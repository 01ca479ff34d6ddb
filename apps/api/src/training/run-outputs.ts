import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KtrdrError, storageError } from '@ktrdr/contracts';
import type { OperationContext } from '@ktrdr/orchestrator';
import { Staging } from '@ktrdr/trainer';
import type { ModelStorage, StoredModel, TrainingRunOutcome } from '@ktrdr/trainer';
import type { TrainingRequest } from '@ktrdr/training-operation';
import type { TrialJudge } from './trial-judge.js';

/** The operation of a run. `confirmOwner` throws if it has another owner now. */
type RunOwner = Pick<OperationContext, 'operationId' | 'token' | 'confirmOwner'>;

/** A run whose files are in their final folders. */
export interface KeptRun {
  outcome: TrainingRunOutcome;
  /** `null` after a dry run. */
  model: StoredModel | null;
  /** Folder of the analytics of each epoch; `null` without analytics. */
  analyticsDirectory: string | null;
}

const RUN_ID_PATTERN = /^[A-Za-z0-9%][A-Za-z0-9._%-]*$/;
/** Far more runs than start with one name in one second. */
const MAX_TRIES = 100;
/** Errors of renaming a folder to the name of a folder that has files. */
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST']);

/**
 * Moves the files of a run to their final folders: the model into the model storage, the analytics into
 * `{stateDir}/training_analytics/runs/{symbol}_{strategy}_{YYYYMMDD_HHMMSS}/`. It moves all of them or none.
 */
export class RunOutputs {
  private readonly analyticsRuns: string;
  private readonly staging: Staging;

  constructor(
    private readonly models: ModelStorage,
    private readonly judge: TrialJudge,
    stateDir: string,
  ) {
    const analytics = resolve(stateDir, 'training_analytics');
    this.analyticsRuns = join(analytics, 'runs');
    this.staging = new Staging(analytics);
  }

  /**
   * Gives `run` an empty folder, judges its outcome, and keeps what it wrote there. The folder is removed afterwards, however the run ends.
   *
   * @throws OperationCancelledError if the token fired before anything was kept, or the operation has another owner now
   * @throws KtrdrError `folder_missing`, `disk_full`, `storage_failed`, `model_damaged`
   */
  async keep(
    request: Pick<TrainingRequest, 'spec' | 'strategy'>,
    { operationId, token, confirmOwner }: RunOwner,
    run: (outputDir: string) => Promise<TrainingRunOutcome>,
  ): Promise<KeptRun> {
    await this.models.checkFolder();
    const outputDir = await this.models.stage(operationId);
    try {
      const ended = await run(outputDir);
      token.throwIfCancelled();
      const outcome = await this.judge.judge(request.spec, ended);
      // the ledger may have waited for its store: the last question before anything is kept is whose operation it is (I10)
      token.throwIfCancelled();
      await confirmOwner();
      const analyticsDirectory = await this.keepAnalytics(operationId, outputDir, outcome);
      try {
        const model = await this.keepModel(outputDir, request, outcome, token.forceSignal);
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
    { strategy }: Pick<TrainingRequest, 'strategy'>,
    { result }: TrainingRunOutcome,
    signal: AbortSignal,
  ): Promise<StoredModel | null> {
    if (result.training_metrics === null) return null;
    const committed = {
      strategy: strategy.name,
      timeframe: strategy.baseTimeframe,
      verdict: result.verdict,
    };
    return this.models.commit(outputDir, committed, signal);
  }

  private async keepAnalytics(
    operationId: string,
    outputDir: string,
    { result }: TrainingRunOutcome,
  ): Promise<string | null> {
    const analytics = result.training_metrics?.analytics ?? null;
    if (analytics === null) return null;
    if (!RUN_ID_PATTERN.test(analytics.run_id)) {
      throw new KtrdrError('model_damaged', `'${analytics.run_id}' is not the name of a run's analytics.`);
    }
    const written = join(outputDir, 'analytics');
    let staged: string | null = null;
    try {
      await this.staging.removeStale();
      // the state folder may be on another disk than the models: copy the files there first, then rename the copy
      staged = await this.staging.create(operationId);
      const copy = join(staged, 'analytics');
      await cp(written, copy, { recursive: true });
      await mkdir(this.analyticsRuns, { recursive: true });
      const directory = await this.place(copy, analytics.run_id);
      await rm(written, { recursive: true });
      return directory;
    } catch (error) {
      throw storageError(error, `writing the analytics into ${this.analyticsRuns}`, 'STATE_DIR');
    } finally {
      if (staged !== null) await this.staging.discard(staged);
    }
  }

  /** Renames the copied folder to the run's name. A second run in the same second gets `_2`. */
  private async place(copy: string, runId: string): Promise<string> {
    for (let number = 1; number <= MAX_TRIES; number += 1) {
      const directory = join(this.analyticsRuns, number === 1 ? runId : `${runId}_${number}`);
      try {
        await rename(copy, directory);
        return directory;
      } catch (error) {
        if (!TAKEN.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
    throw new Error(`no free name for ${runId}`);
  }
}
