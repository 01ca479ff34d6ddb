/** Wire types of the smaller resources. */

/** Body of `POST /dummy/start`. */
export interface StartDummyRequest {
  /** Seconds an iteration lasts (default 2). */
  duration_seconds?: number;
  /** Default 100. */
  iterations?: number;
}

/** `result` of a dummy operation. */
export interface DummyResult {
  iterations_completed: number;
  duration_seconds: number;
}

/** Body of `POST /data/sample`. Dates are `YYYY-MM-DD`, both ends included. */
export interface SampleDataRequest {
  symbol: string;
  timeframe: string;
  start_date?: string;
  end_date?: string;
  seed?: number;
  /** Replaces an existing file. */
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
  strategy: string;
  strategy_file?: string;
}

/** `data` of `POST /strategies/validate`: a file with errors is an answer, not a failed request. */
export interface ValidateStrategyResponse {
  valid: boolean;
  name: string | null;
  version: 'v1' | 'v2' | 'v3' | null;
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

/** One entry of `GET /models`. */
export interface ModelSummary {
  /** `strategy/timeframe_vN`. */
  model: string;
  strategy: string;
  /** `timeframe_vN`. */
  version: string;
  timeframe: string;
  symbols: string[];
  model_type: string;
  engine: string;
  seed: number;
  created_at: string;
  test_accuracy: number | null;
  path: string;
}

/** `data` of `GET /models`. */
export interface ModelList {
  models: ModelSummary[];
}

/** `data` of `GET /strategies`. */
export interface StrategyList {
  strategies: StrategySummary[];
}

/** `data` of `GET /models/:strategy/:version`. */
export interface ModelDetails {
  summary: ModelSummary;
  /** `metadata.json` as stored; more keys may be there. */
  metadata: {
    strategy_version: string;
    architecture: string;
    parameters_count: number;
    classes: string[];
    feature_count: number;
    device: string;
    operation_id: string;
    /** First and last row's open time. */
    start_date: string;
    end_date: string;
    synthetic_bars: boolean;
  };
  /** `metrics.json` and `features.json` as stored. */
  metrics: unknown;
  features: unknown;
  /** File names inside the model's directory. */
  files: string[];
}
