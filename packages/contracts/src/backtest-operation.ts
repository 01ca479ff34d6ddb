import type { BacktestReport, PositionSizing } from './backtest.js';
import type { OperationMetadata } from './operation.js';

/**
 * Body of `POST /models/:strategy/:version/backtest`. A missing field has the value of the strategy file, or its default. Dates are
 * `YYYY-MM-DD` or ISO 8601, both ends included.
 */
export interface StartBacktestRequest {
  /**
   * Symbols with bars in `DATA_DIR`. Without it, those of the model. A result on other symbols names them.
   *
   * @example ["AAPL"]
   */
  symbols?: string[];
  /**
   * The model's base timeframe.
   *
   * @example "1h"
   */
  timeframe?: string;
  /** Without it, the range begins with the model's test part. */
  start_date?: string;
  /** Without it, the range ends with the last bar. */
  end_date?: string;
  /** In the currency of the prices. */
  capital?: number;
  /** For each side of a trade, in basis points: 1 = 0.01 %. */
  commission_bps?: number;
  slippage_bps?: number;
  /** Difference between ask and bid in basis points; each side pays half of it. */
  spread_bps?: number;
  sizing?: PositionSizing;
  /** Whether a SELL without a position opens a short position. */
  allow_short?: boolean;
  /** Distance from the entry price, 0.02 = 2 %; `null`: no stop. */
  stop_loss?: number | null;
  /** Distance from the entry price; `null`: no target. */
  take_profit?: number | null;
  /**
   * Allow a range that includes bars that the model was trained or selected on. The result is then marked.
   *
   * @default false
   */
  in_sample?: boolean;
}

/** Metadata of a backtest. */
export interface BacktestMetadata extends OperationMetadata {
  /** `strategy/timeframe_vN`. */
  model: string;
  symbols: string[];
  timeframe: string;
  /** As requested; `null`: the model's test part, the last bar. */
  start_date: string | null;
  end_date: string | null;
}

/** Result of a backtest. Its trades are files: `GET /operations/:id/trades/csv` and `.../json`. */
export interface BacktestResult {
  model: string;
  /** Symbols that the model was not trained on. */
  untrained_symbols: string[];
  report: BacktestReport;
  /** Different trainings and backtests judged on these bars so far, this one included. Missing in results of earlier versions. */
  trials_on_these_bars?: number;
  /**
   * Probability that the true Sharpe ratio is above what luck alone gives the best of so many trials; `null` if undefined: without
   * trades, or in-sample. Missing in results of earlier versions.
   */
  deflated_sharpe?: number | null;
}

/** Formats of a backtest's trades. */
export const TRADES_FORMATS = ['csv', 'json'] as const;
/** Format of a backtest's trades. */
export type TradesFormat = (typeof TRADES_FORMATS)[number];
