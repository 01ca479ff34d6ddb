/** One training or backtest that was judged on bars. Two with the same inputs are one trial. */
export interface Trial {
  /** SHA-256 of everything that decides the trades: strategy, options, seed and bars, or model and rules. */
  key: string;
  /** SHA-256 of each bars file that the judged bars are taken from, at least one. */
  bars: readonly string[];
  /** Open times of the first and the last judged bar, ms UTC. */
  start: number;
  end: number;
  /** Sharpe ratio of the returns for one bar; `null` if it is not defined, for example without trades. */
  sharpe: number | null;
  /** ISO 8601. */
  recordedAt: string;
}

/** Bars that somebody looks at. */
export type JudgedBars = Pick<Trial, 'bars' | 'start' | 'end'>;

/**
 * All trials, so that a verdict knows how often somebody has looked for an edge in the same bars. A trial is never
 * changed or removed (I16): the removal of an operation or of a model does not undo the look at the bars.
 *
 * Every implementation runs `trialLedgerConformance` of `@ktrdr/operation-store/testing`.
 */
export interface TrialLedger {
  /**
   * Records a trial, unless one with its key is recorded, and reads the trials on the same bars: those that share a bars file with it,
   * and whose judged bars overlap.
   *
   * @returns the Sharpe ratio of each of them, this trial included, in the order of recording
   * @throws KtrdrError `store_unavailable`
   */
  record(trial: Trial): Promise<(number | null)[]>;

  /**
   * Reads the trials on these bars without recording one.
   *
   * @returns as `record`
   * @throws KtrdrError `store_unavailable`
   */
  read(judged: JudgedBars): Promise<(number | null)[]>;
}
