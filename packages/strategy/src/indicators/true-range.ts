import type { BarColumns } from './indicator.js';

/** True range of a bar that has one before it, in price units. TA-Lib: TRANGE. */
export function trueRangeAt({ high, low, close }: BarColumns, t: number): number {
  const before = close[t - 1]!;
  return Math.max(high[t]! - low[t]!, Math.abs(high[t]! - before), Math.abs(low[t]! - before));
}

/** True range of every bar; the first, which has no close before it, has high - low. */
export function trueRanges(bars: BarColumns): Float64Array {
  const ranges = new Float64Array(bars.length);
  for (let t = 1; t < bars.length; t++) ranges[t] = trueRangeAt(bars, t);
  if (bars.length > 0) ranges[0] = bars.high[0]! - bars.low[0]!;
  return ranges;
}
