import type { CusumSettings } from '../model.js';

/**
 * Events of a symmetric CUSUM filter on log returns (Page, 1954): 1 for a bar at which the sum of rises or the sum of
 * falls exceeds h. Each bar subtracts h from a sum. A sum is never below 0 and restarts at 0 after its event. Without a
 * given threshold, h is a multiple of the mean volatility. Without volatility there are no events.
 *
 * @param volatilities values to average; undefined ones are ignored
 */
export function cusumEvents(
  close: Float64Array,
  volatilities: Float64Array,
  { threshold, multiplier }: CusumSettings,
): Uint8Array {
  const events = new Uint8Array(close.length);
  const h = threshold ?? multiplier * mean(volatilities);
  let [rises, falls] = [0, 0];
  for (let t = 1; t < close.length; t++) {
    const move = Math.log(close[t]! / close[t - 1]!);
    rises = Math.max(0, rises + move - h);
    falls = Math.max(0, falls - move - h);
    if (rises > h) {
      events[t] = 1;
      rises = 0;
    }
    if (falls > h) {
      events[t] = 1;
      falls = 0;
    }
  }
  return events;
}

/** Mean of the defined values; `NaN` if there are none. */
function mean(values: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}
