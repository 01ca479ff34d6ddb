import type { EngineChoice, TrainingProgressUpdate, TrainingResult, TrainingSpec } from '@ktrdr/contracts';

/** One training of one model: everything that decides its outcome. Plain data, it travels to the trainer's process. */
export interface TrainingRunRequest extends TrainingSpec {
  operationId: string;
  /** Resolved before the run. */
  engine: EngineChoice;
  /** Folder of `{SYMBOL}_{timeframe}.csv`. */
  dataDir: string;
  /** Empty folder of this run: `model/` and `analytics/` are written into it. */
  outputDir: string;
  mode: 'local' | 'host';
  /** Folder of this run's checkpoints; it is made when the first one is written. */
  checkpointDir: string;
  /** Time between two checkpoints, ms; more where writing one takes long. */
  checkpointEveryMs: number;
  /** Goes on from the last checkpoint there. */
  resume: boolean;
}

export interface TrainingRunOutcome {
  /** `artifacts.model` and `model_path` are `null` until the model is committed. */
  result: TrainingResult;
  warnings: string[];
}

/** What a run asks of its surroundings. */
export interface TrainingHooks {
  /** Aborted: the run ends at the next batch or the next step of the preparation. */
  signal: AbortSignal;
  onProgress(update: TrainingProgressUpdate): void;
  /** A checkpoint was written: from here on the run can be resumed. */
  onCheckpoint?(): void;
  /** A warning of the outcome, as soon as it is known: a run that fails or is cancelled has no outcome. */
  onWarning?(warning: string): void;
  /** `now` in ms since 1970. */
  clock: { now(): number };
}
