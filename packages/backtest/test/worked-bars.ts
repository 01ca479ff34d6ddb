/** Bars and settings for examples that can be worked out by hand. */
import { DEFAULT_SETTINGS, type BacktestSettings, type SymbolSignals } from '../src/settings.js';

/** A Monday. */
export const START = Date.UTC(2024, 0, 8);
export const HOUR_MS = 3_600_000;
/** [open, high, low, close], and the decision at the close. */
export type Row = [open: number, high: number, low: number, close: number, decision?: 'BUY' | 'SELL'];

/** 1,000 of capital, no costs, all in. */
export const FREE: BacktestSettings = {
  ...DEFAULT_SETTINGS,
  capital: 1000,
  commission_bps: 0,
  slippage_bps: 0,
  spread_bps: 0,
};

/** Hourly bars, the first at `START` + `from` hours. */
export function signals(rows: readonly Row[], symbol = 'AAPL', from = 0, spacing = HOUR_MS): SymbolSignals {
  const column = (index: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(rows, (row) => row[index]);
  return {
    symbol,
    bars: {
      time: Float64Array.from(rows, (_, t) => START + from * HOUR_MS + t * spacing),
      open: column(0),
      high: column(1),
      low: column(2),
      close: column(3),
      length: rows.length,
    },
    decision: Int8Array.from(rows, ([, , , , decision]) =>
      decision === 'BUY' ? 1 : decision === 'SELL' ? -1 : 0,
    ),
  };
}

/** A bar that stays at one price. */
export function flat(price: number, decision?: 'BUY' | 'SELL'): Row {
  return decision === undefined ? [price, price, price, price] : [price, price, price, price, decision];
}
