/**
 * Simple predictors that a model has to beat. Accuracies are measured on the test part; for a regression, they are
 * accuracies of the direction.
 */
export interface Baselines {
  /** Always predicts the most frequent class of the training part. */
  majority_class: { label: string; test_accuracy: number };
  /**
   * Predicts the newest label of the same symbol that is known before the row's bar, or the majority class if none is.
   */
  last_label: {
    test_accuracy: number;
    /** Test rows before which no label is known. */
    unknown_rows: number;
  };
  /** A linear model of the features of the row's own bar. */
  linear_model: {
    type: 'logistic_regression' | 'linear_regression';
    /** Training rows used for the fit: all, or an evenly spaced sample if there are many. */
    train_rows: number;
    test_accuracy: number;
    /** Mean absolute error of a regression; `null` for classification. */
    mae: number | null;
  };
}
/** Name of a baseline. */
export type BaselineName = keyof Baselines;

/** Accuracy of each baseline. */
export type BaselineAccuracies = Record<BaselineName, number>;

/** Metrics of one symbol's test part. */
export interface SymbolMetrics {
  symbol: string;
  rows: number;
  /** `null` if the symbol has no test rows. */
  test_accuracy: number | null;
  baselines: BaselineAccuracies | null;
}
