/** Priorities of trainings in the queue. Higher priorities start first. */
export const TRAINING_PRIORITIES = ['low', 'normal', 'high'] as const;
/** Priority of a training in the queue. */
export type TrainingPriority = (typeof TRAINING_PRIORITIES)[number];

/**
 * Options that a person can choose for a training. Requests to the API and to hosts, stored operations and the trainer use the same
 * names.
 */
export interface TrainingOptions {
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
  /** Share of the rows before the test part that validate; the others train. Above 0 and below 1. */
  validation_split?: number;
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
  /**
   * Number of seeds: `seed`, `seed + 1` ... are trained, and the one with the lowest validation loss is stored. Without it, one seed is
   * trained.
   */
  seeds?: number;
  /** Number of folds of the walk-forward evaluation. Without it, there is no such evaluation. */
  walk_forward?: number;
  /**
   * Bars that each fold trains and validates on, directly before its test stretch or the gap: the window rolls. Without it, each fold
   * trains on all earlier bars: the window grows.
   */
  walk_forward_window?: number;
  /** Bars left out between the training of each fold and its test stretch. Without it, there is no gap. */
  walk_forward_gap?: number;
  /**
   * Prepare the data but do not train.
   *
   * @default false
   */
  dry_run?: boolean;
}

/** Default seed. It is recorded, so that every training can be repeated. */
export const DEFAULT_SEED = 42;

/** The default of every option; `null` for none. */
export const TRAINING_OPTION_DEFAULTS = {
  symbols: null,
  timeframes: null,
  start_date: null,
  end_date: null,
  validation_split: null,
  detailed_analytics: false,
  seed: DEFAULT_SEED,
  seeds: null,
  walk_forward: null,
  walk_forward_window: null,
  walk_forward_gap: null,
  dry_run: false,
} as const satisfies { [Option in keyof Required<TrainingOptions>]: TrainingOptions[Option] | null };

/** Options that change neither the model nor the rows that judge it: two trainings that differ only in them are the same trial. */
export const OPTIONS_WITHOUT_EFFECT_ON_THE_MODEL = [
  'detailed_analytics',
  'dry_run',
] as const satisfies (keyof TrainingOptions)[];

/** Options with the defaults filled in. */
export type ResolvedOptions = TrainingOptions & { seed: number };

/** Picks the options of a request and fills in the defaults. An option without a value is absent. */
export function resolveOptions(request: TrainingOptions): ResolvedOptions {
  const resolved: Record<string, unknown> = {};
  for (const [name, fallback] of Object.entries(TRAINING_OPTION_DEFAULTS)) {
    const value = request[name as keyof TrainingOptions] ?? fallback;
    if (value !== null) resolved[name] = value;
  }
  return resolved as unknown as ResolvedOptions;
}

/**
 * Body of `POST /trainings/start`. Give exactly one of `strategy` and `strategy_name`. Dates are `YYYY-MM-DD` or ISO
 * 8601, both ends included.
 */
export interface StartTrainingRequest extends TrainingOptions {
  /** The strategy file's text. */
  strategy?: string;
  /** Name of a file in `STRATEGIES_DIR`, without its extension. */
  strategy_name?: string;
  /** Name of the strategy file, for use in error messages. */
  strategy_file?: string;
  /**
   * Source of the bars. `local` is the data folder.
   *
   * @default "local"
   */
  data_mode?: string;
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

/** `data` of `GET /trainings/:id/request`: the request of a training. */
export interface TrainingRequestRecord {
  operation_id: string;
  /** With the strategy's text. Sent to `POST /trainings/start`, it starts the same training on the current bars. */
  request: StartTrainingRequest;
}

/**
 * A training with all names resolved: it has the strategy's text and the identity of its bars, and no paths. It decides the
 * result wherever it runs. The operation stores it, so that another attempt or another process can repeat the training.
 */
export interface TrainingSpec extends ResolvedOptions {
  /** The strategy file's text. */
  strategy: string;
  /** File name to use in messages about the text. */
  strategy_file: string;
  /** One entry per symbol and timeframe. Bars with other content end the training. */
  fingerprints: BarsFingerprint[];
}

/** Allowed number of seeds of a training with several. */
export const TRAINING_SEEDS = { least: 2, most: 20 } as const;

/** Allowed number of folds in a walk-forward evaluation. */
export const WALK_FORWARD_FOLDS = { least: 2, most: 20 } as const;

/** Greatest window or gap of a walk-forward evaluation, bars. */
export const MOST_WALK_FORWARD_BARS = 10_000_000;

/** Identifies the content of one bars file: SHA-256 of its bytes. */
export interface BarsFingerprint {
  /** @pattern ^(?!.*[/][.]{1,2}(?:[/]|$))[A-Za-z0-9^][A-Za-z0-9._=/^:#&!@$+-]{0,31}$ */
  symbol: string;
  /** @pattern ^(1m|5m|15m|30m|1h|4h|1d|1w)$ */
  timeframe: string;
  /** @pattern ^[0-9a-f]{64}$ */
  sha256: string;
}
