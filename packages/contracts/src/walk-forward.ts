import type { BaselineAccuracies } from './baselines.js';

/**
 * Walk-forward evaluation: the training is repeated on a growing or rolling window of the past, and each fold is tested on the rows
 * that follow. Shows how much a single test accuracy varies.
 */
export interface WalkForward {
  /** Bars that each fold trains and validates on; `null` if the window grows. */
  window_bars: number | null;
  /** Bars between the training of each fold and its test rows. */
  gap_bars: number;
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
   * Rows from the start of the window to the end of the test rows that belong to no part: their label or window crosses an edge
   * (purge), they are too close to it (embargo), or they are in the gap.
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
