import type { BaselineAccuracies } from './baselines.js';

/**
 * Walk-forward evaluation: the training is repeated on a growing history, and each fold is tested on the rows that
 * follow. Shows how much a single test accuracy varies.
 */
export interface WalkForward {
  folds: WalkForwardFold[];
  test_accuracy: Spread;
  test_loss: Spread;
}

/** Statistics over the folds. */
export interface Spread {
  mean: number;
  /** Sample standard deviation. */
  std: number;
  min: number;
  max: number;
}

/** One fold of a walk-forward evaluation. Times are open times of rows. */
export interface WalkForwardFold {
  /** Number of the fold, 1-based, in order of time. */
  fold: number;
  train_rows: number;
  validation_rows: number;
  test_rows: number;
  /**
   * Rows up to the end of the test rows that belong to no part: their label uses bars across an edge (purge), or they
   * follow it too closely (embargo).
   */
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
