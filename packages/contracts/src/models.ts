/** Wire types of stored models. */
import type { BarsFingerprint } from './training-request.js';
import type { VerdictLabel } from './verdict.js';

/** Kind of a model's outputs. It follows from the labels used in training. */
export type ModelOutputType =
  | 'classification'
  | 'context_classification'
  | 'regime_classification'
  | 'regression';

/** The test part of the data, which training never uses. */
export interface ModelTestPart {
  /** Open times of the first and last row. */
  start: string;
  end: string;
  rows: number;
}

/** Describes a damaged model. */
export interface ModelDamage {
  /** Name of the damaged file in the model's directory; `null` if the directory itself is not readable. */
  file: string | null;
  /** What is wrong. Continues a sentence that starts with the file name: `is missing`, `is not valid JSON: ...`. */
  reason: string;
}

/** A model with a readable `metadata.json`. */
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
  /** Best accuracy of the uninformed baselines on the same test part; `null` if it was not recorded. */
  baseline_accuracy: number | null;
  /** Whether the model has an edge; `null` if it was not judged. */
  verdict: VerdictLabel | null;
  path: string;
  /** Why the model is not usable, and what to do next; `null` if no problem is known. */
  problem: string | null;
  /**
   * `null` if no damage was found. Lists check only for missing files; the contents are checked when the model is used.
   */
  damage: ModelDamage | null;
}

/** A model without a readable `metadata.json`: only its location is known. It has the same keys as `ModelSummary`. */
export interface UnreadableModel {
  /** `strategy/timeframe_vN`, or only the strategy if its folder is not readable. */
  model: string;
  strategy: string;
  version: string | null;
  timeframe: string | null;
  symbols: [];
  model_type: null;
  engine: null;
  seed: null;
  created_at: null;
  test_accuracy: null;
  baseline_accuracy: null;
  verdict: null;
  path: string;
  problem: string;
  damage: ModelDamage;
}

/** One entry of `GET /models`. */
export type ListedModel = ModelSummary | UnreadableModel;

/** `data` of `GET /models`. */
export interface ModelList {
  models: ListedModel[];
}

/** Sort orders of a list of models. */
export const MODEL_ORDERS = ['created', 'accuracy', 'edge', 'name'] as const;
/** `created`: newest first. `accuracy`: highest first. `edge`: models with an edge first, then those with too little data to tell. */
export type ModelOrder = (typeof MODEL_ORDERS)[number];

/** Query of `GET /models`. */
export interface ListModelsQuery {
  /**
   * `created`: newest first. `accuracy`: highest first. `edge`: models with an edge first, then those with too little data to tell.
   *
   * @default "created"
   */
  sort?: ModelOrder;
}

/** Query of `GET /models/compare`. */
export interface CompareModelsQuery {
  /**
   * Two to ten different models, separated by commas.
   *
   * @example "momentum/1h_v1,momentum/1h_v2"
   */
  models: string;
}

/**
 * `metadata.json` as stored; it may have more keys.
 *
 * @additionalProperties true
 */
export interface StoredModelMetadata {
  strategy_version: string;
  architecture: string;
  parameters_count: number;
  classes: string[];
  feature_count: number;
  device: string;
  operation_id: string;
  /** Open times of the first and last row. */
  start_date: string;
  end_date: string;
  synthetic_bars: boolean;
  output_type: ModelOutputType;
  timeframes: string[];
  /**
   * Requested date range as entered; `null` for an open end. The whole field is `null` for models that did not record
   * it.
   */
  range: { start: string | null; end: string | null } | null;
  /** Open times of the first and last test row over all symbols; `null` for models that did not record them. */
  test_part: ModelTestPart | null;
  fingerprints: BarsFingerprint[];
  versions: { ktrdr: string; node: string; engine: string };
}

/** Whether a bars file has changed since the training of a model. */
export type TrainedBarsState = 'unchanged' | 'changed' | 'missing';

/** Bars file of a training, compared with the current file in `DATA_DIR`. */
export interface TrainedBars extends BarsFingerprint {
  /** `changed`: the file has another fingerprint, or cannot be read. */
  state: TrainedBarsState;
}

/** `data` of `GET /models/:strategy/:version`. */
export interface ModelDetails {
  summary: ModelSummary;
  metadata: StoredModelMetadata;
  /** Contents of `metrics.json` and `features.json`. */
  metrics: unknown;
  features: unknown;
  /** Names of the files in the model's directory. */
  files: string[];
  /** Bars files of the training, one for each fingerprint of `metadata`. */
  bars: TrainedBars[];
}

/** `data` of `DELETE /models/:strategy/:version`. */
export interface DeleteModelResponse {
  /** The deleted model. */
  model: string;
}

/** Maximum number of bars in one prediction request. */
export const MOST_PREDICTED_BARS = 10_000;

/** Body of `POST /models/:strategy/:version/predict`. */
export interface PredictRequest {
  /**
   * A symbol with bars in `DATA_DIR`. It may differ from the symbols used in training.
   *
   * @example "AAPL"
   */
  symbol: string;
  /**
   * The model's base timeframe.
   *
   * @example "1h"
   */
  timeframe: string;
  /**
   * Number of bars to predict, counted from the newest.
   *
   * @default 1
   */
  last?: number;
  /** `YYYY-MM-DD`, included; later bars are ignored. */
  end_date?: string;
}

/** Trading decision for one bar. */
export type Decision = 'BUY' | 'HOLD' | 'SELL';

/** Prediction for one bar, made at its close. */
export interface BarPrediction {
  /** Open time of the bar, UTC. */
  time: string;
  /** Class with the highest probability; `null` for a regression, and for a bar without features. */
  class: string | null;
  /** Probability (softmax) of each class; `null` in the same cases as `class`. */
  probabilities: Record<string, number> | null;
  /** Predicted return over the horizon of a regression, 0.01 = 1 %; `null` for classification. */
  value: number | null;
  /**
   * Decision by the rules in the strategy's `decisions`, without regard to open positions. `null` if the rules give
   * none: for context and regime classes, and for bars without features.
   */
  decision: Decision | null;
}

/** `data` of `POST /models/:strategy/:version/predict`. */
export interface PredictResponse {
  model: string;
  symbol: string;
  timeframe: string;
  output_type: ModelOutputType;
  classes: string[];
  /** If the highest probability is lower, the decision is HOLD; `null` for a regression. */
  confidence_threshold: number | null;
  /** Threshold of a regression: above it, the decision is BUY; below its negative, SELL. `null` for classification. */
  edge: number | null;
  /** One prediction per bar, oldest first. */
  predictions: BarPrediction[];
  warnings: string[];
}

/** Maximum number of models in one comparison. */
export const MOST_COMPARED_MODELS = 10;

/**
 * How a figure is shown: 0.542 as a `share` is 54.2 %, 0.032 in `points` is 3.2 percentage points, and a `ratio` has two decimals, or
 * three below 0.1. A `value` has four significant digits.
 */
export type FigureUnit = 'share' | 'points' | 'ratio' | 'basis_points' | 'count' | 'value';

/** One metric of several models. */
export interface ComparedMetric {
  /** `sharpe`: for programs. */
  name: string;
  /** `Sharpe ratio`: for people, as the verdict calls it. */
  title: string;
  unit: FigureUnit;
  /** Which direction is better; `null` if neither is. */
  better: 'higher' | 'lower' | null;
  /** One value per model, in the order of the models; `null` if a model has none. */
  values: (number | null)[];
  /** 95 % interval of each value; `null` if the metric has none. */
  intervals: ([low: number, high: number] | null)[] | null;
  /**
   * Indexes of the best models, for the accuracy (for a regression, the error) alone. Empty if the values are not comparable, or if chance
   * explains the difference.
   */
  best: number[];
}

/** A property in which the models differ. */
export interface ModelDifference {
  about: 'data' | 'features' | 'settings';
  /** Name of the property: `test rows`; of a setting, as strategy files call it: `training.epochs`. */
  name: string;
  /** One value per model, in the order of the models; `null` if a model has none. */
  values: (string | null)[];
}

/** `data` of `GET /models/compare`. */
export interface ModelComparison {
  models: ModelSummary[];
  /** True if the test parts are the same rows of the same bars and the models have the same kind of outputs. */
  comparable: boolean;
  metrics: ComparedMetric[];
  differences: ModelDifference[];
  /** Why the metrics are not comparable. */
  warnings: string[];
}
