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
