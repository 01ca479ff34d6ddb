/** One training that was judged on a test part. Two trainings with the same inputs are one trial. */
export interface Trial {
  /** SHA-256 of everything that decides the model: strategy, options, seed and bars. */
  key: string;
  /** SHA-256 of each bars file that the test part is taken from, at least one. */
  bars: readonly string[];
  /** Open times of the first and the last row of the test part, ms UTC. */
  start: number;
  end: number;
  /** Sharpe ratio of the returns for one bar; `null` if it is not defined, for example without trades. */
  sharpe: number | null;
  /** ISO 8601. */
  recordedAt: string;
}

/**
 * The trials of all trainings, so that a verdict knows how often somebody has looked for an edge in the same bars. A trial is never
 * changed or removed (I16): the removal of an operation or of a model does not undo the look at the bars.
 *
 * Every implementation runs `trialLedgerConformance` of `@ktrdr/operation-store/testing`.
 */
export interface TrialLedger {
  /**
   * Records a trial, unless one with its key is recorded, and reads the trials on the same bars: those that share a bars file with it,
   * and whose test parts overlap.
   *
   * @returns the Sharpe ratio of each of them, this trial included, in the order in which they were recorded
   * @throws KtrdrError `store_unavailable`
   */
  record(trial: Trial): Promise<(number | null)[]>;
}
