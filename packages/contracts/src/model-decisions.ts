/** Wire types of a model's decisions on the bars of its test part. */
import type { Trade } from './backtest.js';
import type { Decision, ModelOutputType, ModelTestPart, TrainedBarsState } from './models.js';

/** Most bars in one answer: the newest. */
export const MOST_DECIDED_BARS = 5_000;

/** Query of `GET /models/:strategy/:version/decisions`. */
export interface ModelDecisionsQuery {
  /**
   * One of the model's symbols.
   *
   * @example "AAPL"
   */
  symbol: string;
}

/** One bar of the test part and the decision at its close. */
export interface DecidedBar {
  /** Open time, UTC. */
  time: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** `null` without features, and if the model's classes are not decisions. */
  decision: Decision | null;
  /** Class with the highest probability; `null` for a regression, and without features. */
  class: string | null;
  /** Probability of that class; `null` in the same cases. */
  confidence: number | null;
  /** Predicted return of a regression, 0.01 = 1 %; otherwise `null`. */
  value: number | null;
}

/** `data` of `GET /models/:strategy/:version/decisions`. */
export interface ModelDecisions {
  model: string;
  symbol: string;
  timeframe: string;
  output_type: ModelOutputType;
  classes: string[];
  /** The test part of all symbols. */
  test_part: ModelTestPart;
  /**
   * Whether the bars have changed since the training. `changed`: the decisions are computed from the current bars, and may differ from those that
   * the verdict judged.
   */
  bars_state: Exclude<TrainedBarsState, 'missing'>;
  /** Bars of this symbol in the test part. If there are more than 5,000, `bars` has the newest. */
  total_bars: number;
  /**
   * Oldest first.
   *
   * @maxItems 5000
   */
  bars: DecidedBar[];
  /**
   * Trades of a backtest on the whole test part with the strategy's own settings: those of this symbol within `bars`. Empty if the
   * classes are not decisions.
   */
  trades: Trade[];
  warnings: string[];
}
