/** Wire types of the smaller resources: sample data, strategies, indicators. */

/** Body of `POST /data/sample`. Dates are `YYYY-MM-DD`, both ends included. */
export interface SampleDataRequest {
  /**
   * Symbol of the bars.
   *
   * @example "AAPL"
   */
  symbol: string;
  /**
   * Timeframe of the bars.
   *
   * @example "1h"
   */
  timeframe: string;
  /** `YYYY-MM-DD`, included. */
  start_date?: string;
  /** `YYYY-MM-DD`, included. */
  end_date?: string;
  /** Seed of the synthetic bars. Each seed gives different bars. */
  seed?: number;
  /**
   * Replace an existing file.
   *
   * @default false
   */
  overwrite?: boolean;
}

/** `data` of `POST /data/sample`. */
export interface SampleDataResponse {
  symbol: string;
  timeframe: string;
  /** Name of the file in `DATA_DIR`. */
  file: string;
  /** Absolute path of the file. */
  path: string;
  rows: number;
  first: string;
  last: string;
  synthetic: boolean;
  /** Origin of real bars; `null` for synthetic bars. */
  source: string | null;
}

/** One problem of a strategy file. */
export interface StrategyIssue {
  severity: 'error' | 'warning';
  file: string;
  /** Line in the file, 1-based; `null` if the problem has no position. */
  line: number | null;
  column: number | null;
  /** Path inside the file: `model.architecture.hidden_layers[0]`. */
  path: string;
  /** What is wrong and how to fix it. */
  message: string;
}

/** Body of `POST /strategies/validate`. */
export interface ValidateStrategyRequest {
  /** The strategy file's text. */
  strategy: string;
  /** File name for use in messages about the text. */
  strategy_file?: string;
}

/** `data` of `POST /strategies/validate`. A strategy with errors also gets this response, with status 200. */
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
  /** Grammar version of the text that was sent. */
  from: 'v2' | 'v3';
  /** What the migration changed, left out or could not express. */
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

/** Value of an indicator parameter. */
export type IndicatorParameterValue = number | string | boolean;

/** Describes one parameter of an indicator. */
export interface IndicatorParameter {
  name: string;
  kind: 'whole' | 'real' | 'flag' | 'choice' | 'column';
  default: IndicatorParameterValue;
  /** Smallest and largest allowed number; `null` if there is no such bound or the parameter is not a number. */
  min: number | null;
  max: number | null;
  /** True if `min` itself is not allowed. */
  min_exclusive: boolean;
  max_exclusive: boolean;
  /** Allowed values of a text parameter; `null` for numbers and booleans. */
  options: string[] | null;
  /** Alternative names. */
  aliases: string[];
  /** Why the parameter has no effect; `null` if it has one. */
  no_effect: string | null;
}

/** One entry of `GET /indicators`. */
export interface IndicatorInfo {
  type: string;
  /** One-line description. */
  summary: string;
  /** Alternative names. Case, `_`, `-` and spaces are ignored. */
  aliases: string[];
  parameters: IndicatorParameter[];
  /** Names of the outputs. The first is the default: an id without an output name means this one. */
  outputs: string[];
  /** For each output: number of bars before its first value, with default parameters. */
  warm_up: number[];
  /** Why strategies must not use the indicator (it looks ahead); `null` if they may. */
  look_ahead: string | null;
}

/** `data` of `GET /indicators`. */
export interface IndicatorList {
  indicators: IndicatorInfo[];
}

/** Body of `POST /indicators/compute`. Dates are `YYYY-MM-DD`, both ends included. Without dates, all bars are used. */
export interface ComputeIndicatorRequest {
  /**
   * A symbol with bars in `DATA_DIR`.
   *
   * @example "AAPL"
   */
  symbol: string;
  /**
   * Timeframe of the bars.
   *
   * @example "1h"
   */
  timeframe: string;
  /**
   * Type of the indicator, or one of its aliases.
   *
   * @example "rsi"
   */
  type: string;
  /**
   * Parameters by name. Missing ones have their default values.
   *
   * @example { "period": 14 }
   */
  params?: Record<string, IndicatorParameterValue>;
  /** `YYYY-MM-DD`, included. Earlier bars warm up the indicator. */
  start_date?: string;
  /** `YYYY-MM-DD`, included. */
  end_date?: string;
}

/** Maximum number of values, timestamps included, in a response of `POST /indicators/compute`. */
export const MOST_INDICATOR_VALUES = 500_000;

/** `data` of `POST /indicators/compute`. */
export interface ComputeIndicatorResponse {
  symbol: string;
  timeframe: string;
  type: string;
  /** All parameters, with the values used. */
  params: Record<string, IndicatorParameterValue>;
  /** Open time (UTC) of each bar in the range. Earlier bars only warm up the indicator. */
  timestamps: string[];
  /**
   * One array per output, of the same length as `timestamps`. A value is `null` if there is none, for example during
   * the warm-up.
   */
  outputs: Record<string, (number | null)[]>;
  warnings: string[];
}
