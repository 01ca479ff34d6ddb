import type { BaselineAccuracies } from './baselines.js';

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
