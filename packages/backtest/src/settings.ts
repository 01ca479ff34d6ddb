import {
  DEFAULT_CAPITAL,
  DEFAULT_TRADING_COSTS,
  type PositionSizing,
  type TradingCosts,
} from '@ktrdr/contracts';
import type { Bars } from '@ktrdr/market-data';

/** A decision in `SymbolSignals.decision`. */
export const Signals = { SELL: -1, HOLD: 0, BUY: 1 } as const;
/** A decision in `SymbolSignals.decision`. */
export type Signals = (typeof Signals)[keyof typeof Signals];

/** The bars of one symbol, and a decision for each. */
export interface SymbolSignals {
  symbol: string;
  /** Bars in ascending order of time. */
  bars: Pick<Bars, 'time' | 'open' | 'high' | 'low' | 'close' | 'length'>;
  /** `[bars]`: 1 BUY, 0 HOLD or no decision, -1 SELL. Decided at the bar's close, filled at the open of the next bar. */
  decision: Int8Array;
}

/** How decisions become trades. */
export interface BacktestSettings extends TradingCosts {
  capital: number;
  sizing: PositionSizing;
  /** Whether a SELL without a position opens a short position. A SELL with a long position, or a BUY with a short one, only closes it. */
  allowShort: boolean;
  /** A BUY with a long position, or a SELL with a short one, changes nothing. Otherwise it increases the position to its present size. */
  positionAwareness: boolean;
  /** Minimum time between the bars of two executed decisions of a symbol, ms. Stops and targets do not count. */
  minSeparation: number;
  /** Distance from the entry price, 0.02 = 2 %; `null`: none. */
  stopLoss: number | null;
  takeProfit: number | null;
}

/** Settings for a strategy file that sets none. */
export const DEFAULT_SETTINGS: BacktestSettings = {
  ...DEFAULT_TRADING_COSTS,
  capital: DEFAULT_CAPITAL,
  sizing: { type: 'all_in' },
  allowShort: false,
  positionAwareness: true,
  minSeparation: 0,
  stopLoss: null,
  takeProfit: null,
};
