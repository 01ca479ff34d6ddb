/** Wire types of training: what is asked for, what is reported, what comes out. */
import type { ErrorBody, OperationProgress, OperationStatus } from './operation.js';

/** Body of `POST /trainings/start`. Exactly one of `strategy` and `strategy_name`. Dates are `YYYY-MM-DD` or ISO 8601, both ends included. */
export interface StartTrainingRequest {
  /** The strategy file's text. */
  strategy?: string;
  /** Name of a file in `STRATEGIES_DIR`, without its ending. */
  strategy_name?: string;
  /** What error messages call the text: the file's name as the person typed it. */
  strategy_file?: string;
  symbols?: string[];
  timeframes?: string[];
  start_date?: string;
  end_date?: string;
  /** 0 < v < 1: share of the rows that are not test rows. */
  validation_split?: number;
  data_mode?: string;
  detailed_analytics?: boolean;
  seed?: number;
  /** Folds of a walk-forward evaluation, `WALK_FORWARD_FOLDS`; none without it. */
  walk_forward?: number;
  /** Prepares everything and trains nothing. */
  dry_run?: boolean;
  /** Starting twice with one id gives one operation. */
  task_id?: string;
}

/** Seed of a request that names none: recorded, so that every run can be repeated. */
export const DEFAULT_SEED = 42;

/** So many folds may a walk-forward evaluation have. */
export const WALK_FORWARD_FOLDS = { least: 2, most: 20 } as const;

export const TRAINING_PHASES = [
  'loading bars',
  'computing indicators',
  'building features',
  'labelling',
  'splitting',
  'starting engine',
  'training',
  'evaluating',
  'walk-forward',
  'storing model',
] as const;
export type TrainingPhase = (typeof TRAINING_PHASES)[number];

/** One progress report of a run, the same from a local process and from a host. */
export interface TrainingProgressUpdate {
  phase: TrainingPhase;
  /** Share of this phase that is done, 0..1; `null` where unknown. */
  phase_fraction: number | null;
  model_type: string | null;
  symbols: string[] | null;
  timeframes: string[] | null;
  strategy: string | null;
  /** 1-based. */
  current_epoch: number | null;
  total_epochs: number | null;
  /** 1-based within the epoch. */
  current_batch: number | null;
  total_batches: number | null;
  /** Training samples seen so far, over all epochs. */
  items_processed: number | null;
  items_total: number | null;
  metrics: Record<string, number> | null;
}

/** ONNX Runtime by execution provider; `onnx` is its own code on the CPU. */
export const ONNX_ENGINE_NAMES = [
  'onnx-cuda',
  'onnx-coreml',
  'onnx-directml',
  'onnx-webgpu',
  'onnx',
] as const;
export type OnnxEngineName = (typeof ONNX_ENGINE_NAMES)[number];
/** TensorFlow.js by backend. */
export const TENSORFLOW_ENGINE_NAMES = [
  'tensorflow-gpu',
  'tensorflow-node',
  'tensorflow-wasm',
  'tensorflow-js',
] as const;
export type TensorFlowEngineName = (typeof TENSORFLOW_ENGINE_NAMES)[number];

/** What computes training steps: one concrete engine. */
export type EngineName = OnnxEngineName | TensorFlowEngineName;
export const ENGINE_NAMES: readonly EngineName[] = [...ONNX_ENGINE_NAMES, ...TENSORFLOW_ENGINE_NAMES];
/** `auto` takes the fastest that is to be had; `tensorflow` the first of that family. */
export type EngineSetting = 'auto' | 'tensorflow' | EngineName;
export const ENGINE_SETTINGS: readonly EngineSetting[] = ['auto', 'tensorflow', ...ENGINE_NAMES];

/** Which engine was taken and why the others were not. */
export interface EngineChoice {
  engine: EngineName;
  /** `cpu` or `gpu`. */
  device: string;
  rejected: { engine: EngineName; reason: string }[];
  /** What a step of a small network took when the engine was tried, ms. */
  ms_per_step: number;
}

/** Identity of one bars file: SHA-256 of the file's bytes. */
export interface BarsFingerprint {
  symbol: string;
  timeframe: string;
  sha256: string;
}

/** A training host cancels a session that nobody has asked for in this time, ms: its API is gone. */
export const SESSION_LEASE_MS = 60_000;

/** Body of `POST /training/sessions`: a training whose names are resolved. Never a path. */
export interface StartSessionRequest {
  operation_id: string;
  strategy: string;
  strategy_file: string;
  symbols?: string[];
  timeframes?: string[];
  start_date?: string;
  end_date?: string;
  validation_split?: number;
  detailed_analytics: boolean;
  walk_forward?: number;
  dry_run: boolean;
  seed: number;
  engine: EngineName;
  fingerprints: BarsFingerprint[];
  /** Attempt of the operation, from 1 (the default): the next one gets a session of its own. */
  attempt?: number;
  /** Goes on from the operation's last checkpoint at the host, with the engine of that one. */
  resume?: boolean;
}

/** `data` of `GET /training/sessions/:id`. */
export interface TrainingSession {
  session_id: string;
  operation_id: string;
  status: OperationStatus;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  progress: OperationProgress;
  /** The last report as the trainer made it, for the API to forward. */
  last_update: TrainingProgressUpdate | null;
  engine: EngineName;
  device: string;
  /** What the first cancel request gave as its reason. */
  cancel_reason: string | null;
  error: ErrorBody | null;
  warnings: string[];
  result: TrainingResult | null;
  /** The host has a checkpoint from which a session with `resume` goes on. */
  resumable: boolean;
}

/** `data` of `GET /training/sessions`, newest first. */
export interface SessionList {
  sessions: TrainingSession[];
  total_count: number;
  active_count: number;
}

/** Files of a model directory. */
export const MODEL_FILES = [
  'model.onnx',
  'strategy.yaml',
  'features.json',
  'metrics.json',
  'metadata.json',
] as const;
/** Files that detailed analytics write. */
export const ANALYTICS_FILES = [
  'metrics.csv',
  'detailed_metrics.json',
  'alerts.txt',
  'config.yaml',
  'report.html',
] as const;

/** `data` of `GET /training/sessions/:id/artifacts`: `model/...` and `analytics/...`, names of the lists above only. */
export interface SessionArtifacts {
  files: ArtifactFile[];
}

/** One file that a run wrote. `path` is relative to the run's folder, with `/`: `model/model.onnx`. */
export interface ArtifactFile {
  path: string;
  sha256: string;
  content_base64: string;
}

/** What a host says of itself in `GET /health`, under `details.trainer`. */
export interface HostDescription {
  engine: EngineChoice;
  sessions_running: number;
  sessions_max: number;
}

// ---------------------------------------------------------------- result

export interface ClassMetrics {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  /** True rows of this class. */
  support: number;
}

export interface TrainingMetrics {
  epochs_trained: number;
  /** Epoch (1-based) whose weights were kept: lowest validation loss. */
  best_epoch: number;
  early_stopped: boolean;
  stopping_reason: string;
  final_train_loss: number;
  final_train_accuracy: number;
  best_train_accuracy: number;
  final_val_loss: number;
  final_val_accuracy: number;
  best_val_accuracy: number;
  final_learning_rate: number;
  /** Seconds. */
  training_time: number;
  history: {
    train_loss: number[];
    train_accuracy: number[];
    val_loss: number[];
    val_accuracy: number[];
  };
  analytics: AnalyticsSummary | null;
}

export interface AnalyticsSummary {
  run_id: string;
  /** Folder of the exported files. */
  directory: string;
  total_alerts: number;
}

export interface ValidationMetrics {
  val_loss: number;
  val_accuracy: number;
}

export interface TestMetrics {
  test_loss: number;
  /** Of a regression: the share of rows whose direction is right. */
  test_accuracy: number;
  /** Mean absolute error of a regression; `null` for classes. */
  mae: number | null;
  /** Weighted by support. */
  precision: number;
  recall: number;
  f1_score: number;
  per_class: ClassMetrics[];
  /** `[true class][predicted class]`, in the order of `classes`. */
  confusion_matrix: number[][];
  classes: string[];
  /** `null` for a regression, which gives no probabilities. */
  calibration: Calibration | null;
}

/** How far the probabilities of the test part can be taken at their word. */
export interface Calibration {
  /** Expected calibration error, 0..1: mean distance of confidence and accuracy over the bins, weighted by rows. */
  expected_calibration_error: number;
  /** Mean over rows of the sum over classes of (probability - 1 or 0)^2; 0..2. */
  brier_score: number;
  /** Ten of equal width by the greatest probability. */
  bins: ReliabilityBin[];
}

/** Rows whose greatest probability lies in `from`..`to`, the upper end included. */
export interface ReliabilityBin {
  from: number;
  to: number;
  rows: number;
  /** Mean greatest probability; `null` without rows. */
  confidence: number | null;
  /** Share of the rows that are right; `null` without rows. */
  accuracy: number | null;
}

/** The same training on a growing past, each time judged by the rows that follow: how far one test accuracy can be trusted. */
export interface WalkForward {
  folds: WalkForwardFold[];
  test_accuracy: Spread;
  test_loss: Spread;
}

/** Over the folds. */
export interface Spread {
  mean: number;
  /** Sample deviation. */
  std: number;
  min: number;
  max: number;
}

/** One training of a walk-forward evaluation. Times are open times of rows. */
export interface WalkForwardFold {
  /** 1-based, in order of time. */
  fold: number;
  train_rows: number;
  validation_rows: number;
  test_rows: number;
  /** Rows before the end of the test rows that are in no part: their label looks across an edge, or embargo. */
  purged_rows: number;
  train_start: string;
  train_end: string;
  test_start: string;
  test_end: string;
  epochs_trained: number;
  test_loss: number;
  test_accuracy: number;
  baselines: BaselineAccuracies;
}

/** What costs little to reach; a model has to beat it. Accuracies are of the test part; of a regression those of the direction. */
export interface Baselines {
  /** Always the most frequent class of the training part. */
  majority_class: { label: string; test_accuracy: number };
  /** The newest label of the same symbol that was known before the row's bar; the majority class where none was. */
  last_label: {
    test_accuracy: number;
    /** Test rows before which no label was known. */
    unknown_rows: number;
  };
  /** A linear model on the features of the row's own bar. */
  linear_model: {
    type: 'logistic_regression' | 'linear_regression';
    /** Training rows that it was fitted on: all, or some evenly spaced ones where there are many. */
    train_rows: number;
    test_accuracy: number;
    /** Mean absolute error of a regression; `null` for classes. */
    mae: number | null;
  };
}
export type BaselineName = keyof Baselines;

/** Accuracy of each baseline. */
export type BaselineAccuracies = Record<BaselineName, number>;

/** The test part of one symbol. */
export interface SymbolMetrics {
  symbol: string;
  rows: number;
  /** `null` where the symbol has no rows. */
  test_accuracy: number | null;
  baselines: BaselineAccuracies | null;
}

export interface ResourceUsage {
  training_mode: 'local' | 'host';
  engine: EngineName;
  device: string;
  rejected_engines: EngineChoice['rejected'];
  /** What a step of a small network took when the engine was tried, ms. */
  engine_ms_per_step: number;
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
