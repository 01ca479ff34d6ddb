import { TIMEFRAME_MS } from '@ktrdr/contracts';
import type { Bars } from './bars.js';

/**
 * For each base bar: the index of the last bar of another timeframe that has closed at the base bar's close. Shape
 * `[base.length]`; -1 where no bar has closed yet.
 *
 * A bar closes at its open time plus the length of its timeframe. A daily bar stamped with its date is therefore
 * visible from 00:00 UTC of the next day. No value is taken from the future.
 */
export function alignToBase(base: Bars, other: Bars): Int32Array {
  // Closed at the base bar's close: other open + other length <= base open + base length.
  const lag = TIMEFRAME_MS[other.timeframe] - TIMEFRAME_MS[base.timeframe];
  const aligned = new Int32Array(base.length);
  let next = 0;
  for (let row = 0; row < base.length; row++) {
    const bound = base.time[row]! - lag;
    while (next < other.length && other.time[next]! <= bound) next++;
    aligned[row] = next - 1;
  }
  return aligned;
}
