/** Test metrics of one class. */
export interface ClassMetrics {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  /** Number of test rows that belong to the class. */
  support: number;
}

/** Most entries of a training's history: a chart shows no more, and the result is read, stored and sent as one text. */
export const MOST_HISTORY_ENTRIES = 1_000;

/** Metrics of the training loop. Accuracies are 0..1. */
export interface TrainingMetrics {
  epochs_trained: number;
  /** Epoch whose weights were kept: the one with the lowest validation loss. 1-based. */
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
  /** Duration in seconds. */
  training_time: number;
  /**
   * Values after each epoch. Of more than 1,000 epochs, 1,000 that are evenly spaced, with the first, the best and the last; the detailed
   * analytics have every epoch.
   */
  history: {
    /**
     * Epoch of each entry, 1-based. Missing in results of earlier versions, which have every epoch.
     *
     * @maxItems 1000
     */
    epochs?: number[];
    train_loss: number[];
    train_accuracy: number[];
    val_loss: number[];
    val_accuracy: number[];
    /**
     * Learning rate of each epoch. Missing in results of earlier versions.
     *
     * @maxItems 1000
     */
    learning_rate?: number[];
  };
  analytics: AnalyticsSummary | null;
}

/** Result of detailed analytics. */
export interface AnalyticsSummary {
  run_id: string;
  /** Folder with the exported files. */
  directory: string;
  total_alerts: number;
}

/** Metrics on the validation part. */
export interface ValidationMetrics {
  val_loss: number;
  val_accuracy: number;
}

/** Metrics on the test part. */
export interface TestMetrics {
  test_loss: number;
  /** Share of correct classes, 0..1; for a regression, share of correct directions. */
  test_accuracy: number;
  /** Mean absolute error of a regression; `null` for classification. */
  mae: number | null;
  /** Precision, recall and F1 are means over the classes, weighted by support. */
  precision: number;
  recall: number;
  f1_score: number;
  per_class: ClassMetrics[];
  /** `[true class][predicted class]`, in the order of `classes`. */
  confusion_matrix: number[][];
  classes: string[];
  /** `null` for a regression, which has no probabilities. */
  calibration: Calibration | null;
}

/** How well the predicted probabilities match the outcomes in the test part. */
export interface Calibration {
  /**
   * Expected calibration error, 0..1: the mean distance between confidence and accuracy over the bins, weighted by
   * rows.
   */
  expected_calibration_error: number;
  /**
   * Brier score, 0..2: the mean over rows of the sum over classes of (probability - outcome)^2, where outcome is 1 for
   * the true class and 0 otherwise.
   */
  brier_score: number;
  /**
   * Mean over rows of -ln(probability of the true class). No weights change it, so models with different losses can be compared.
   * Missing in results of earlier versions.
   */
  log_loss?: number;
  /** Ten bins of equal width by the highest probability. */
  bins: ReliabilityBin[];
}

/** The rows whose highest probability is in `from`..`to`, upper end included. */
export interface ReliabilityBin {
  from: number;
  to: number;
  rows: number;
  /** Mean of the highest probability; `null` if the bin is empty. */
  confidence: number | null;
  /** Share of correct rows; `null` if the bin is empty. */
  accuracy: number | null;
}
