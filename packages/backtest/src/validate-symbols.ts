import { KtrdrError } from '@ktrdr/contracts';
import type { SymbolSignals } from './settings.js';

/**
 * @throws KtrdrError `no_bars_in_range` without bars; `bars_invalid` for a price of 0 or less, which has no return and buys no units
 */
export function validateSymbols(symbols: readonly SymbolSignals[]): void {
  if (symbols.length === 0) throw new KtrdrError('no_bars_in_range', 'no symbol to backtest');
  for (const { symbol, bars, decision } of symbols) {
    if (bars.length === 0) {
      throw new KtrdrError('no_bars_in_range', `${symbol} has no bars in the range; choose other dates`);
    }
    if (decision.length !== bars.length) {
      throw new RangeError(`${symbol} has ${bars.length} bars and ${decision.length} decisions`);
    }
    const { low } = bars;
    for (let t = 0; t < low.length; t++)
      if (!(low[t]! > 0)) throw notPositive(symbol, bars.time[t]!, low[t]!);
  }
}

function notPositive(symbol: string, time: number, price: number): KtrdrError {
  return new KtrdrError(
    'bars_invalid',
    `${symbol} has the price ${price} at ${new Date(time).toISOString()}; a backtest needs prices above 0. Choose a range without such bars`,
  );
}
