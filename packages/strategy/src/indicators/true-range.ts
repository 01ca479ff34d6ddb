import type { BarColumns } from './indicator.js';

/** True range of bar t, which must have a previous bar, in price units. TA-Lib: TRANGE. */
export function trueRangeAt({ high, low, close }: BarColumns, t: number): number {
  const before = close[t - 1]!;
  return Math.max(high[t]! - low[t]!, Math.abs(high[t]! - before), Math.abs(low[t]! - before));
}

/** True range of every bar. The first bar has no previous close, so its range is high - low. */
export function trueRanges(bars: BarColumns): Float64Array {
  const ranges = new Float64Array(bars.length);
  for (let t = 1; t < bars.length; t++) ranges[t] = trueRangeAt(bars, t);
  if (bars.length > 0) ranges[0] = bars.high[0]! - bars.low[0]!;
  return ranges;
}
