/** Priorities of trainings in the queue. Higher priorities start first. */
export const TRAINING_PRIORITIES = ['low', 'normal', 'high'] as const;
export type TrainingPriority = (typeof TRAINING_PRIORITIES)[number];

/**
 * Body of `POST /trainings/start`. Give exactly one of `strategy` and `strategy_name`. Dates are `YYYY-MM-DD` or ISO
 * 8601, both ends included.
 */
export interface StartTrainingRequest {
  /** The strategy file's text. */
  strategy?: string;
  /** Name of a file in `STRATEGIES_DIR`, without its extension. */
  strategy_name?: string;
  /** Name of the strategy file, for use in error messages. */
  strategy_file?: string;
  /**
   * Replaces the file's symbols.
   *
   * @example ["AAPL"]
   */
  symbols?: string[];
  /**
   * Replaces the file's timeframes.
   *
   * @example ["1h"]
   */
  timeframes?: string[];
  /** `YYYY-MM-DD` or ISO 8601, included. */
  start_date?: string;
  /** `YYYY-MM-DD` or ISO 8601, included. */
  end_date?: string;
  /** Share of rows for training and validation, above 0 and below 1. The remaining rows are the test part. */
  validation_split?: number;
  /**
   * Source of the bars. `local` is the data folder.
   *
   * @default "local"
   */
  data_mode?: string;
  /**
   * Write metrics of every epoch.
   *
   * @default false
   */
  detailed_analytics?: boolean;
  /**
   * The same seed gives the same model.
   *
   * @default 42
   */
  seed?: number;
  /** Number of folds of the walk-forward evaluation. Without it, there is no such evaluation. */
  walk_forward?: number;
  /**
   * Prepare the data but do not train.
   *
   * @default false
   */
  dry_run?: boolean;
  /**
   * Priority in the queue. Hosts start higher priorities first.
   *
   * @default "normal"
   */
  priority?: TrainingPriority;
  /** Owner of the training, for queues that limit the running trainings per user. */
  user?: string;
  /** A repeated start with the same id returns the same operation. */
  task_id?: string;
}

/** Default seed. It is recorded, so that every training can be repeated. */
export const DEFAULT_SEED = 42;

/** Allowed number of folds in a walk-forward evaluation. */
export const WALK_FORWARD_FOLDS = { least: 2, most: 20 } as const;

/** Identifies the content of one bars file: SHA-256 of its bytes. */
export interface BarsFingerprint {
  symbol: string;
  timeframe: string;
  /** @pattern ^[0-9a-f]{64}$ */
  sha256: string;
}
