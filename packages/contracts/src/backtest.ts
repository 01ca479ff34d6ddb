/** Wire types of a backtest: what a model's decisions would have earned on bars that it has not seen. */

/** How large a position is. */
export type PositionSizing =
  /** All of the capital. Several symbols share it in equal parts. */
  | { type: 'all_in' }
  /** A fixed share of the capital for each position, 0..1. */
  | { type: 'fixed_fraction'; fraction: number }
  /** A position whose yearly volatility, measured on the bars before it, is this share of the capital; at most all of the capital. */
  | { type: 'volatility_target'; annual_volatility: number };

/** What a trade costs, for each side (once for its entry, once for its exit), in basis points of its value: 1 = 0.01 %. */
export interface TradingCosts {
  commission_bps: number;
  slippage_bps: number;
  /** Difference between ask and bid; each side pays half of it. */
  spread_bps: number;
}

/** The assumptions of a backtest. Every report begins with them. */
export interface BacktestAssumptions extends TradingCosts {
  capital: number;
  sizing: PositionSizing;
  /** Whether a SELL without a position opens a short position. */
  allow_short: boolean;
  /** Distance from the entry price at which a position is closed at a loss, 0.02 = 2 %; `null`: no stop. */
  stop_loss: number | null;
  /** Distance from the entry price at which a position is closed at a profit; `null`: no target. */
  take_profit: number | null;
  /** Bars per year, estimated from the times of the bars. Yearly figures use it. */
  bars_per_year: number;
}

/** Why a position was closed. */
export const EXIT_REASONS = ['signal', 'stop_loss', 'take_profit', 'end', 'ruin'] as const;
/**
 * Why a position was closed. `end`: the range ended, and the position was valued at the last close. `ruin`: a short position had
 * lost all of the capital; nothing is traded after it.
 */
export type ExitReason = (typeof EXIT_REASONS)[number];

/** One closed position. */
export interface Trade {
  symbol: string;
  direction: 'long' | 'short';
  /** Open time of the bar at whose open the position was opened. */
  entry_time: string;
  entry_price: number;
  /** Open time of the bar within which it was closed; of the last bar for `end`. */
  exit_time: string;
  exit_price: number;
  exit_reason: ExitReason;
  /** Units of the instrument. */
  quantity: number;
  /** Costs of both sides, in the currency of the prices. */
  costs: number;
  /** After costs, in the currency of the prices. */
  profit: number;
  /** Profit divided by the value at entry. */
  return: number;
  /** Bars between entry and exit. */
  bars: number;
}

/** The deepest fall of the equity below its highest value before. */
export interface Drawdown {
  /** Share of the highest value, 0..1 (more if a short position lost more than the capital); 0 if the equity never fell. */
  depth: number;
  /** Time of the highest value, of the lowest value after it, and of the return to the highest. `null`: not in the range. */
  from: string | null;
  bottom: string | null;
  recovered: string | null;
  /** Bars from the highest value to the return to it, or to the end. */
  bars: number;
}

/** Return, risk and trades. A figure is `null` where it is not defined, for example the Sharpe ratio of an equity that never moves. */
export interface BacktestFigures {
  /** After costs; 0.03 = 3 %. */
  net_return: number;
  /** The same units at the same prices without costs. */
  gross_return: number;
  /** Net return per year. */
  cagr: number | null;
  /** Standard deviation of the returns, scaled to a year. */
  volatility: number;
  /** Mean return divided by its standard deviation, scaled to a year; the risk-free rate is 0. */
  sharpe: number | null;
  /** As `sharpe`, but only returns below 0 count as risk. */
  sortino: number | null;
  /** `cagr` divided by the depth of the maximum drawdown. */
  calmar: number | null;
  max_drawdown: Drawdown;
  trades: number;
  /** Profits divided by losses. */
  profit_factor: number | null;
  /** Share of trades with a profit. */
  hit_rate: number | null;
  /** Mean return of a trade. */
  expectancy: number | null;
  /** Share of bars with a position. */
  exposure: number;
  /** Value traded per year, divided by the capital. */
  turnover: number;
  /** In the currency of the prices. */
  costs_paid: number;
}

/** The result of one calendar year, UTC. */
export interface YearResult {
  year: number;
  net_return: number;
  max_drawdown: number;
  trades: number;
}

/** The result of one symbol. Profits of all symbols add up to the whole. */
export interface SymbolResult {
  symbol: string;
  trades: number;
  profit: number;
  costs: number;
  hit_rate: number | null;
}

/** What a simple rule would have earned on the same bars, with the same costs and capital. */
export interface BenchmarkResult {
  name: 'buy_and_hold' | 'always_flat' | 'pivot_direction';
  net_return: number;
  sharpe: number | null;
  max_drawdown: number;
  trades: number;
}

/** Is the result more than luck? */
export interface LuckFigures {
  /**
   * The same number, direction and length of positions at random times: the share of the draws that earned at least as much. `null`
   * without trades.
   */
  random_entries: {
    draws: number;
    p_value: number;
    /**
     * What the model's own trades earn if they are counted like the draws: its place among them. It differs from the net return for
     * several symbols that share the capital, and for a volatility target.
     */
    model_return: number;
    /** Share of the draws in each bin, and the bins' edges (one more than bins), as net returns. */
    histogram: { edges: number[]; shares: number[] };
  } | null;
  /** 95 % interval of the Sharpe ratio, from a stationary block bootstrap of the returns. */
  sharpe_interval: [low: number, high: number] | null;
  /** Moments of the returns for one bar, from which the deflated Sharpe ratio is computed. */
  moments: SharpeMoments | null;
  /** Costs for one trade (both sides together), in basis points, above which nothing is earned; below 0 if the trades lose without costs; `null` without trades. */
  break_even_cost_bps: number | null;
}

/** Moments of returns, not scaled to a year. */
export interface SharpeMoments {
  /** Mean divided by standard deviation. */
  sharpe: number;
  /** Independent observations: as many as returns, or fewer where the returns are autocorrelated. Not always a whole number. */
  observations: number;
  skewness: number;
  /** 3 for a normal distribution. */
  kurtosis: number;
}

/** One point of an equity curve. */
export interface EquityPoint {
  time: string;
  equity: number;
  /** Fall below the highest value before, 0..1. */
  drawdown: number;
  /** Equity of buying and holding the same bars with the same capital and costs. Missing in reports of earlier versions. */
  buy_and_hold?: number;
}

/** A backtest without its trades. */
export interface BacktestReport {
  assumptions: BacktestAssumptions;
  /** True if the range includes bars that the model was trained or selected on: the figures then say nothing about the future. */
  in_sample: boolean;
  symbols: string[];
  timeframe: string;
  /** Open times of the first and the last bar. */
  start: string;
  end: string;
  /** Bars of all symbols. */
  bars: number;
  figures: BacktestFigures;
  by_year: YearResult[];
  by_symbol: SymbolResult[];
  benchmarks: BenchmarkResult[];
  luck: LuckFigures;
  /** At most `MOST_EQUITY_POINTS`, evenly spaced; the deepest drawdown is among them. */
  equity: EquityPoint[];
  warnings: string[];
}

/** Maximum number of points of an equity curve in a report. */
export const MOST_EQUITY_POINTS = 500;
/** Number of draws of random entries. */
export const RANDOM_ENTRY_DRAWS = 10_000;

/** Default costs. They are not zero, because no market is free: about what a retail trader pays for a liquid stock. */
export const DEFAULT_TRADING_COSTS: TradingCosts = { commission_bps: 5, slippage_bps: 2, spread_bps: 2 };
/** Default capital, in the currency of the prices. */
export const DEFAULT_CAPITAL = 10_000;
