/** Trainings with a higher priority are taken first. */
export const TRAINING_PRIORITIES = ['low', 'normal', 'high'] as const;
export type TrainingPriority = (typeof TRAINING_PRIORITIES)[number];

/** Body of `POST /trainings/start`. Exactly one of `strategy` and `strategy_name`. Dates are `YYYY-MM-DD` or ISO 8601, both ends included. */
export interface StartTrainingRequest {
  /** The strategy file's text. */
  strategy?: string;
  /** Name of a file in `STRATEGIES_DIR`, without its ending. */
  strategy_name?: string;
  /** What error messages call the text: the file's name as the person typed it. */
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
  /** Above 0, below 1: share of the rows that are not test rows. */
  validation_split?: number;
  /**
   * Where bars come from; `local` is the data folder.
   *
   * @default "local"
   */
  data_mode?: string;
  /**
   * Writes metrics of every epoch.
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
  /** Folds of the walk-forward evaluation; omit it for no such evaluation. */
  walk_forward?: number;
  /**
   * Prepares the data but does not train.
   *
   * @default false
   */
  dry_run?: boolean;
  /**
   * Queue hosts take trainings with a higher priority first.
   *
   * @default "normal"
   */
  priority?: TrainingPriority;
  /** Whose training it is, where a queue limits how many of one user's run at a time. */
  user?: string;
  /** Starting twice with one id gives one operation. */
  task_id?: string;
}

/** Seed of a request that names none: recorded, so that every run can be repeated. */
export const DEFAULT_SEED = 42;

/** So many folds may a walk-forward evaluation have. */
export const WALK_FORWARD_FOLDS = { least: 2, most: 20 } as const;

/** Identity of one bars file: SHA-256 of the file's bytes. */
export interface BarsFingerprint {
  symbol: string;
  timeframe: string;
  /** @pattern ^[0-9a-f]{64}$ */
  sha256: string;
}
