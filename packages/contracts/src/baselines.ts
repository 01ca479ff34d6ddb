/**
 * Simple predictors beside the model. Their accuracies are measured on the test part; for a regression, they are accuracies of the
 * direction. All but `linear_model` are uninformed: they know no features, so a model that is not distinguishable from the best of
 * them has found nothing.
 */
export interface Baselines {
  /** Always predicts the most frequent class of the training part. */
  majority_class: MeasuredBaseline & { label: string };
  /** Predicts the newest label of the same symbol that is known before the row's bar, or the majority class if none is. */
  last_label: MeasuredBaseline & Unknown;
  /** Zigzag labels only. BUY since a confirmed low, SELL since a confirmed high; before the first pivot, the majority class. */
  pivot_direction?: MeasuredBaseline & Unknown;
  /**
   * Zigzag labels only. Knows the direction since the last confirmed pivot, and how far the close has come back from the extreme of this
   * move (in quarters of the threshold). For each of these states, it predicts the most frequent class of the training part.
   */
  pivot_state?: MeasuredBaseline;
  /** Regression only. Predicts the newest return of the same symbol that is known before the row's bar, or the training mean. */
  persistence?: MeasuredBaseline & Unknown;
  /** Regression only. Always predicts the mean of the training part. */
  training_mean?: MeasuredBaseline;
  /** Regression only. Always predicts the median of the training part: the constant with the smallest absolute error there. */
  training_median?: MeasuredBaseline;
  /** A linear model of the features of the row's own bar. It says whether the network is worth it. */
  linear_model: MeasuredBaseline & {
    type: 'logistic_regression' | 'ridge_regression';
    /** Training rows used for the fit: all, or an evenly spaced sample if there are many. */
    train_rows: number;
  };
}

/** Scores of one baseline on the test part. */
export interface MeasuredBaseline {
  test_accuracy: number;
  /** Mean absolute error of a baseline that predicts values; `null` for classes and directions. */
  mae: number | null;
  /** What the baseline knew when it predicted a row. */
  knows: string;
}

interface Unknown {
  /** Test rows at which the baseline did not know what it repeats. */
  unknown_rows: number;
}

/** Name of a baseline. */
export type BaselineName = keyof Baselines;

/** A predictor that knows no features, only past labels and prices. */
export type UninformedBaseline = Exclude<BaselineName, 'linear_model'>;

/** What each baseline knows when it predicts a row. */
export const BASELINE_KNOWLEDGE: Readonly<Record<BaselineName, string>> = {
  majority_class: 'labels of the training part',
  last_label: 'labels complete before the bar',
  pivot_direction: 'closes up to the bar',
  pivot_state: 'closes up to the bar',
  persistence: 'returns complete before the bar',
  training_mean: 'returns of the training part',
  training_median: 'returns of the training part',
  linear_model: 'features of the bar',
};

/** Accuracy of each baseline that the labels allow. */
export type BaselineAccuracies = Partial<Record<BaselineName, number>>;

/** The best accuracy of the uninformed baselines; `null` without any. */
export function bestUninformed(accuracies: BaselineAccuracies): number | null {
  const { linear_model: _, ...uninformed } = accuracies;
  const known = Object.values(uninformed);
  return known.length === 0 ? null : Math.max(...known);
}

/** Metrics of one symbol's test part. */
export interface SymbolMetrics {
  symbol: string;
  rows: number;
  /** `null` if the symbol has no test rows. */
  test_accuracy: number | null;
  baselines: BaselineAccuracies | null;
}
