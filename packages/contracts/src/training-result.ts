import type { Baselines, SymbolMetrics } from './baselines.js';
import type { EngineChoice, EngineName, EngineTime } from './engines.js';
import type { TestMetrics, TrainingMetrics, ValidationMetrics } from './training-metrics.js';
import type { BarsFingerprint } from './training-request.js';
import type { WalkForward } from './walk-forward.js';

export interface ResourceUsage {
  training_mode: 'local' | 'host';
  engine: EngineName;
  device: string;
  rejected_engines: EngineChoice['rejected'];
  /** What a step of this run's network took on each engine that could be taken, the fastest first; empty where there was one alone. */
  engine_times: EngineTime[];
  peak_memory_mb: number;
}

export interface TrainingArtifacts {
  /** `strategy/timeframe_vN`; `null` after a dry run. */
  model: string | null;
  /** The model's directory; `null` after a dry run. */
  model_path: string | null;
  per_symbol_metrics: SymbolMetrics[];
  /** With detailed analytics; else `null`. */
  feature_importance: FeatureImportance | null;
}

/** What the model loses on the test part when a feature's values are shuffled among the rows (Breiman 2001). */
export interface FeatureImportance {
  /** Test rows that were looked at: all, or 2,000 evenly spaced ones. */
  rows: number;
  /**
   * By drop in accuracy, of a regression by rise in loss, the greatest first. All lags, or all bars of the window, of a
   * feature count as one.
   */
  features: { feature: string; accuracy_drop: number; loss_rise: number }[];
}

export interface SessionInfo {
  operation_id: string;
  strategy_name: string;
  symbols: string[];
  timeframes: string[];
  training_mode: 'local' | 'host';
  use_host_service: boolean;
  start_date: string | null;
  end_date: string | null;
  seed: number;
}

/** The targets of one part of a regression. */
export interface TargetDistribution {
  part: 'train' | 'validation' | 'test';
  rows: number;
  mean: number;
  /** Sample deviation. */
  std: number;
  min: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  max: number;
}

export interface DataSummary {
  symbols: string[];
  timeframes: string[];
  base_timeframe: string;
  /** First and last row's open time. */
  start_date: string;
  end_date: string;
  total_samples: number;
  train_samples: number;
  validation_samples: number;
  test_samples: number;
  /** Rows dropped at split edges: their label looks across, or embargo. */
  purged_samples: number;
  feature_count: number;
  features: string[];
  /** Rows of each class; empty for a regression. */
  label_distribution: { label: string; train: number; validation: number; test: number }[];
  /** One entry a part of a regression; `null` for a classification. */
  target_distribution: TargetDistribution[] | null;
  fingerprints: BarsFingerprint[];
  synthetic: boolean;
}

/** `result` of a training operation. After a dry run only `data_summary`, `session_info` and `resource_usage` are set. */
export interface TrainingResult {
  training_metrics: TrainingMetrics | null;
  validation_metrics: ValidationMetrics | null;
  test_metrics: TestMetrics | null;
  baselines: Baselines | null;
  /** `null` where it was not asked for. */
  walk_forward: WalkForward | null;
  resource_usage: ResourceUsage;
  artifacts: TrainingArtifacts;
  session_info: SessionInfo;
  data_summary: DataSummary;
  model_info: { type: string; architecture: string; parameters_count: number } | null;
}
