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
