/** Wire types of stored models. */
import type { BarsFingerprint } from './training-request.js';

/** What a model's outputs are, by the labels that it was trained on. */
export type ModelOutputType =
  | 'classification'
  | 'context_classification'
  | 'regime_classification'
  | 'regression';

/** The part of the data that no training has seen. */
export interface ModelTestPart {
  /** First and last row's open time. */
  start: string;
  end: string;
  rows: number;
}

/** What is wrong with the files of a model. */
export interface ModelDamage {
  /** Name inside the model's directory; `null` where the directory itself cannot be read. */
  file: string | null;
  /** Continues a sentence that begins with the file: `is missing`, `is not valid JSON: ...`. */
  reason: string;
}

/** A model whose `metadata.json` can be read. */
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
  /** Best accuracy on the same test part of what costs nothing; `null` where it was not noted. */
  baseline_accuracy: number | null;
  path: string;
  /** Why the model cannot be used, and what to do; `null` if no problem is known. */
  problem: string | null;
  /** `null` if no damage was found. Lists check only for missing files; content is checked when the model is used. */
  damage: ModelDamage | null;
}

/** A model whose `metadata.json` cannot be read: only its location is known. It has the same keys as `ModelSummary`. */
export interface UnreadableModel {
  /** `strategy/timeframe_vN`; only the strategy if its whole folder cannot be read. */
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

export const MODEL_ORDERS = ['created', 'accuracy', 'edge', 'name'] as const;
/** `accuracy` and `edge` (accuracy above the baseline): the greatest first. */
export type ModelOrder = (typeof MODEL_ORDERS)[number];

/** Query of `GET /models`. */
export interface ListModelsQuery {
  /**
   * `created`: newest first; `accuracy` and `edge` (accuracy above the baseline): the greatest first.
   *
   * @default "created"
   */
  sort?: ModelOrder;
}

/** Query of `GET /models/compare`. */
export interface CompareModelsQuery {
  /**
   * Two to ten different models, joined by commas.
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
  /** First and last row's open time. */
  start_date: string;
  end_date: string;
  synthetic_bars: boolean;
  output_type: ModelOutputType;
  timeframes: string[];
  /** Requested date range, as typed; an open end is `null`. `null` for models that did not record it. */
  range: { start: string | null; end: string | null } | null;
  /** First and last test row's open time, over all symbols; `null` for models that did not record it. */
  test_part: ModelTestPart | null;
  fingerprints: BarsFingerprint[];
  versions: { ktrdr: string; node: string; engine: string };
}

/** `data` of `GET /models/:strategy/:version`. */
export interface ModelDetails {
  summary: ModelSummary;
  metadata: StoredModelMetadata;
  /** `metrics.json` and `features.json` as stored. */
  metrics: unknown;
  features: unknown;
  /** File names inside the model's directory. */
  files: string[];
}

/** `data` of `DELETE /models/:strategy/:version`. */
export interface DeleteModelResponse {
  /** The model that is gone. */
  model: string;
}

/** Most bars that one prediction answers for. */
export const MOST_PREDICTED_BARS = 10_000;

/** Body of `POST /models/:strategy/:version/predict`. */
export interface PredictRequest {
  /**
   * A symbol with bars in `DATA_DIR`; the model may have been trained on others.
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
   * Number of newest bars to predict.
   *
   * @default 1
   */
  last?: number;
  /** `YYYY-MM-DD`, included; later bars are ignored. */
  end_date?: string;
}

export type Decision = 'BUY' | 'HOLD' | 'SELL';

/** What a model says when one bar has closed. */
export interface BarPrediction {
  /** Open time of the bar, UTC. */
  time: string;
  /** Class with the highest probability; `null` for a regression, and where the bar has no features. */
  class: string | null;
  /** Softmax of the outputs by class; `null` as `class`. */
  probabilities: Record<string, number> | null;
  /** Of a regression: the return until its horizon, 0.01 = 1 %. */
  value: number | null;
  /**
   * What the strategy's `decisions` make of it, before positions are looked at; `null` where it has none: context and
   * regime classes, bars without features.
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
  /** A highest probability below it means HOLD; `null` for a regression. */
  confidence_threshold: number | null;
  /** Of a regression: a value above it means BUY, below minus it SELL. */
  edge: number | null;
  /** Oldest first, one a bar. */
  predictions: BarPrediction[];
  warnings: string[];
}

/** Most models that are compared at once. */
export const MOST_COMPARED_MODELS = 10;

/** One figure of several models. */
export interface ComparedMetric {
  name: string;
  /** Which value is better; `null` where neither is. */
  better: 'higher' | 'lower' | null;
  /** In the order of the models; `null` where a model has none. */
  values: (number | null)[];
  /** Indexes of the best; empty where figures cannot be compared. */
  best: number[];
}

/** Something in which models differ. */
export interface ModelDifference {
  about: 'data' | 'features' | 'settings';
  /** `symbols`, `training.epochs`. */
  name: string;
  /** In the order of the models; `null` where a model has none. */
  values: (string | null)[];
}

/** `data` of `GET /models/compare`. */
export interface ModelComparison {
  models: ModelSummary[];
  /** The test parts are the same rows of the same bars, and the outputs of one kind. */
  comparable: boolean;
  metrics: ComparedMetric[];
  differences: ModelDifference[];
  /** Why figures are not comparable. */
  warnings: string[];
}
