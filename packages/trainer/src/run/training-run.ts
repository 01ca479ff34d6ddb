import type {
  EngineChoice,
  EpochMetrics,
  TrainingProgressUpdate,
  TrainingResult,
  TrainingSpec,
} from '@ktrdr/contracts';

/** Everything that determines one training of one model. Plain data: it is sent to the trainer's process. */
export interface TrainingRunRequest extends TrainingSpec {
  operationId: string;
  /** Chosen before the run. */
  engine: EngineChoice;
  /** Folder with the files `{SYMBOL}_{timeframe}.csv`. */
  dataDir: string;
  /** Folder of the service's state, for the caches of bars and features. Without it, the bars files are parsed. */
  stateDir?: string;
  /** Maximum size of the cache of features, MB; 0: no cache. */
  featureCacheMb: number;
  /** Empty folder for this run. The run creates `model/` and `analytics/` in it. */
  outputDir: string;
  mode: 'local' | 'host';
  /** Folder for this run's checkpoints. The first checkpoint creates it. */
  checkpointDir: string;
  /** Time between two checkpoints, ms; longer if writing is slow. */
  checkpointEveryMs: number;
  /** Maximum number of lanes: seeds and folds that train in parallel. Default: 1. The results do not depend on it. */
  lanes?: number;
  /** Whether to continue from the last checkpoint in `checkpointDir`. */
  resume: boolean;
}

export interface TrainingRunOutcome {
  /** `artifacts.model` and `model_path` are `null` until the model is committed. */
  result: TrainingResult;
  warnings: string[];
}

/** How a run communicates with its caller. */
export interface TrainingHooks {
  /** After an abort, the run ends at the next batch or the next step of the preparation. */
  signal: AbortSignal;
  /** @param ended the values of an epoch, at its end */
  onProgress(update: TrainingProgressUpdate, ended: EpochMetrics | null): void;
  /** Called after each checkpoint: from the first one on, the run can be resumed. */
  onCheckpoint?(): void;
  /** Called with each warning immediately, because a run that fails or is cancelled has no outcome. */
  onWarning?(warning: string): void;
  /** `now` in ms since 1970. */
  clock: { now(): number };
}
