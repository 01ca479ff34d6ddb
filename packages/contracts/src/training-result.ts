import type { BacktestReport } from './backtest.js';
import type { Baselines, SymbolMetrics } from './baselines.js';
import type { DataReport } from './data-report.js';
import type { EngineChoice, EngineName, EngineTime } from './engines.js';
import type { SeedsResult } from './seeds.js';
import type { TestMetrics, TrainingMetrics, ValidationMetrics } from './training-metrics.js';
import type { BarsFingerprint } from './training-request.js';
import type { Verdict } from './verdict.js';
import type { WalkForward } from './walk-forward.js';

/** The engine and memory that a training used. */
export interface ResourceUsage {
  training_mode: 'local' | 'host';
  engine: EngineName;
  device: string;
  rejected_engines: EngineChoice['rejected'];
  /** Step times of the available engines for this network, fastest first; empty if only one was available. */
  engine_times: EngineTime[];
  peak_memory_mb: number;
}

/** What a training stored. */
export interface TrainingArtifacts {
  /** `strategy/timeframe_vN`; `null` after a dry run. */
  model: string | null;
  /** The model's directory; `null` after a dry run. */
  model_path: string | null;
  per_symbol_metrics: SymbolMetrics[];
  /** Set with detailed analytics, otherwise `null`. */
  feature_importance: FeatureImportance | null;
}

/**
 * Permutation importance: how much the model loses on the test part when a feature's values are shuffled among the rows
 * (Breiman 2001).
 */
export interface FeatureImportance {
  /** Number of test rows used: all, or 2,000 evenly spaced ones. */
  rows: number;
  /**
   * Sorted by drop in accuracy, or by rise in loss for a regression, largest first. All lags of a feature, or all bars
   * of its window, count as one feature.
   */
  features: { feature: string; accuracy_drop: number; loss_rise: number }[];
}

/** The request of a training, as it was run. */
export interface SessionInfo {
  operation_id: string;
  strategy_name: string;
  symbols: string[];
  timeframes: string[];
  training_mode: 'local' | 'host';
  use_host_service: boolean;
  start_date: string | null;
  end_date: string | null;
  /** Seed of the stored model. Of several seeds, the chosen one; a training with this seed alone gives the same model. */
  seed: number;
}

/** Distribution of a regression's targets in one part. */
export interface TargetDistribution {
  part: 'train' | 'validation' | 'test';
  rows: number;
  mean: number;
  /** Sample standard deviation. */
  std: number;
  min: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  max: number;
}

/** The data of a training: its range, parts, features and labels. */
export interface DataSummary {
  symbols: string[];
  timeframes: string[];
  base_timeframe: string;
  /** Open times of the first and last row. */
  start_date: string;
  end_date: string;
  total_samples: number;
  train_samples: number;
  validation_samples: number;
  test_samples: number;
  /**
   * Rows removed at the edges of the parts: their label uses bars across the edge (purge), or they follow it too
   * closely (embargo).
   */
  purged_samples: number;
  feature_count: number;
  features: string[];
  /** Number of rows per class; empty for a regression. */
  label_distribution: { label: string; train: number; validation: number; test: number }[];
  /** One entry per part of a regression; `null` for a classification. */
  target_distribution: TargetDistribution[] | null;
  fingerprints: BarsFingerprint[];
  /** What is unusual about the bars: one report for each file, as read. */
  data_reports?: DataReport[];
  synthetic: boolean;
}

/** `result` of a training operation. An earlier version stored fewer fields: those are missing. After a dry run only `data_summary`, `session_info` and `resource_usage` are set. */
export interface TrainingResult {
  training_metrics: TrainingMetrics | null;
  validation_metrics: ValidationMetrics | null;
  test_metrics: TestMetrics | null;
  baselines: Baselines | null;
  /** `null` if one seed was trained. */
  seeds?: SeedsResult | null;
  /** `null` if it was not requested. */
  walk_forward: WalkForward | null;
  /** `null` after a dry run, and for a result of a host of an earlier version. */
  verdict?: Verdict | null;
  /** The model's decisions on the rows of the verdict; `null` if the labels are not trading decisions. */
  backtest?: BacktestReport | null;
  resource_usage: ResourceUsage;
  artifacts: TrainingArtifacts;
  session_info: SessionInfo;
  data_summary: DataSummary;
  model_info: { type: string; architecture: string; parameters_count: number } | null;
}
