/** Wire types of the smaller resources. */

/** Body of `POST /dummy/start`. */
export interface StartDummyRequest {
  /**
   * Seconds an iteration lasts.
   *
   * @default 2
   */
  duration_seconds?: number;
  /**
   * How many iterations there are.
   *
   * @default 100
   */
  iterations?: number;
}

/** `result` of a dummy operation. */
export interface DummyResult {
  iterations_completed: number;
  duration_seconds: number;
}

/** Body of `POST /data/sample`. Dates are `YYYY-MM-DD`, both ends included. */
export interface SampleDataRequest {
  /**
   * Name of the symbol.
   *
   * @example "AAPL"
   */
  symbol: string;
  /**
   * Length of a bar.
   *
   * @example "1h"
   */
  timeframe: string;
  /** `YYYY-MM-DD`, included. */
  start_date?: string;
  /** `YYYY-MM-DD`, included. */
  end_date?: string;
  /** Seed of the synthetic bars: another seed gives other bars. */
  seed?: number;
  /**
   * Replaces an existing file.
   *
   * @default false
   */
  overwrite?: boolean;
}

/** `data` of `POST /data/sample`. */
export interface SampleDataResponse {
  symbol: string;
  timeframe: string;
  /** File name inside `DATA_DIR`. */
  file: string;
  /** Where the file is, absolute. */
  path: string;
  rows: number;
  first: string;
  last: string;
  synthetic: boolean;
  /** Where real bars come from; `null` for synthetic ones. */
  source: string | null;
}

/** One problem of a strategy file. */
export interface StrategyIssue {
  severity: 'error' | 'warning';
  file: string;
  /** 1-based; `null` where the problem has no place. */
  line: number | null;
  column: number | null;
  /** Path inside the file: `model.architecture.hidden_layers[0]`. */
  path: string;
  /** What is wrong, and what would be right. */
  message: string;
}

/** Body of `POST /strategies/validate`. */
export interface ValidateStrategyRequest {
  /** The strategy file's text. */
  strategy: string;
  /** File name to use in messages about the text. */
  strategy_file?: string;
}

/** `data` of `POST /strategies/validate`: a file with errors is an answer, not a failed request. */
export interface ValidateStrategyResponse {
  valid: boolean;
  name: string | null;
  version: 'v1' | 'v2' | 'v3' | null;
  issues: StrategyIssue[];
}

/** Body of `POST /strategies/migrate`. */
export type MigrateStrategyRequest = ValidateStrategyRequest;

/** `data` of `POST /strategies/migrate`. */
export interface MigrateStrategyResponse {
  /** The file in the current grammar (v3). */
  strategy: string;
  name: string;
  /** Grammar of the text that was sent. */
  from: 'v2' | 'v3';
  /** What the migrated file cannot say, or leaves out. */
  notes: string[];
  /** Warnings of the migrated file. */
  issues: StrategyIssue[];
}

/** One entry of `GET /strategies`. */
export interface StrategySummary {
  name: string;
  file: string;
  version: 'v1' | 'v2' | 'v3' | null;
  description: string | null;
  symbols: string[];
  timeframes: string[];
  model_type: string | null;
  valid: boolean;
  errors: number;
  warnings: number;
}

/** `data` of `GET /strategies`. */
export interface StrategyList {
  strategies: StrategySummary[];
}

/** A value of an indicator's parameter. */
export type IndicatorParameterValue = number | string | boolean;

/** What a parameter of an indicator may be. */
export interface IndicatorParameter {
  name: string;
  kind: 'whole' | 'real' | 'flag' | 'choice' | 'column';
  default: IndicatorParameterValue;
  /** Smallest and largest number; `null` for what is no number. */
  min: number | null;
  max: number | null;
  /** The bound itself is not allowed. */
  min_exclusive: boolean;
  max_exclusive: boolean;
  /** Words to choose from; `null` for numbers and flags. */
  options: string[] | null;
  /** Other accepted names. */
  aliases: string[];
  /** Why it changes nothing; `null` where it has an effect. */
  no_effect: string | null;
}

/** One entry of `GET /indicators`. */
export interface IndicatorInfo {
  type: string;
  /** What it is, in one line. */
  summary: string;
  /** Other accepted names; case, `_`, `-` and spaces do not count. */
  aliases: string[];
  parameters: IndicatorParameter[];
  /** The first is what a plain id means. */
  outputs: string[];
  /** Bars before the first value of each output, with the default parameters. */
  warm_up: number[];
  /** Why no strategy may use it; `null` where strategies may. */
  look_ahead: string | null;
}

/** `data` of `GET /indicators`. */
export interface IndicatorList {
  indicators: IndicatorInfo[];
}

/** Body of `POST /indicators/compute`. Dates are `YYYY-MM-DD`, both ends included; without them all bars are meant. */
export interface ComputeIndicatorRequest {
  /**
   * A symbol with bars in `DATA_DIR`.
   *
   * @example "AAPL"
   */
  symbol: string;
  /**
   * Length of a bar.
   *
   * @example "1h"
   */
  timeframe: string;
  /**
   * Type of the indicator, or an alias.
   *
   * @example "rsi"
   */
  type: string;
  /**
   * Parameters by name; missing ones use their defaults.
   *
   * @example { "period": 14 }
   */
  params?: Record<string, IndicatorParameterValue>;
  /** `YYYY-MM-DD`, included. Earlier bars warm the indicator up. */
  start_date?: string;
  /** `YYYY-MM-DD`, included. */
  end_date?: string;
}

/** Largest number of values, timestamps included, that `POST /indicators/compute` answers with. */
export const MOST_INDICATOR_VALUES = 500_000;

/** `data` of `POST /indicators/compute`. */
export interface ComputeIndicatorResponse {
  symbol: string;
  timeframe: string;
  type: string;
  /** Every parameter as it was used. */
  params: Record<string, IndicatorParameterValue>;
  /** Open time of each bar inside the dates, UTC. Bars before them warm the indicator up. */
  timestamps: string[];
  /** One array an output, as long as `timestamps`; `null` where there is no value, as before the warm-up is over. */
  outputs: Record<string, (number | null)[]>;
  warnings: string[];
}
