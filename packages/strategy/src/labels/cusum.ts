import type { CusumSettings } from '../model.js';

/**
 * Events of a symmetric cusum filter on log returns (Page, 1954): 1 for a bar at which the sum of rises, or of falls,
 * passes h. Each bar takes h from a sum, which is never below 0 and starts anew at 0 after its event. Where h is not
 * written it is a multiple of the mean volatility. Without any volatility there is no event.
 *
 * @param volatilities those that the mean is taken of; undefined ones are left out
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

/** Of the defined values; `NaN` where there is none. */
function mean(values: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}
