import type { BarColumns } from './indicator.js';

/** (high + low + close) / 3. TA-Lib: TYPPRICE. */
export function typicalPriceAt({ high, low, close }: BarColumns, t: number): number {
  return (high[t]! + low[t]! + close[t]!) / 3;
}

/** Typical price of every bar. */
export function typicalPrices(bars: BarColumns): Float64Array {
  const prices = new Float64Array(bars.length);
  for (let t = 0; t < bars.length; t++) prices[t] = typicalPriceAt(bars, t);
  return prices;
}
