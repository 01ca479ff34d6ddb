import type { BarColumns } from './indicator.js';

/** (high + low + close) / 3 of every bar. TA-Lib: TYPPRICE. */
export function typicalPrices({ high, low, close, length }: BarColumns): Float64Array {
  const prices = new Float64Array(length);
  for (let t = 0; t < length; t++) prices[t] = (high[t]! + low[t]! + close[t]!) / 3;
  return prices;
}
