import { defineIndicator, hasWidth, undefinedSeries } from './indicator.js';
import { windowMeans } from './moving-window.js';
import { trueRanges } from './true-range.js';

/**
 * Supertrend: bands at `multiplier` average true ranges around (high + low) / 2. The upper band may only fall and the
 * lower band only rise until the close crosses it. `direction` is 1 if the trend line is the lower band, and -1 if it is
 * the upper one. The average is Wilder's, as in charts (Pine: ta.supertrend, with the opposite sign of the direction), or
 * a simple one. Both start with the mean of bars 0..n-1. Not in TA-Lib.
 *
 * First value at bar n-1, where the direction is -1 if the close is at or below the lower band, and 1 otherwise. If the
 * bands have no width (n bars without movement), the direction stays.
 */
export const supertrend = defineIndicator({
  type: 'supertrend',
  summary: 'Supertrend: a trailing band of true ranges, and the side of the close',
  aliases: {},
  parameters: {
    period: { kind: 'whole', default: 10, min: 2, max: 200 },
    multiplier: { kind: 'real', default: 3, above: 0, max: 10 },
    average: { kind: 'choice', default: 'wilder', options: ['wilder', 'simple'] },
  },
  parameterAliases: {},
  outputs: ['trend', 'direction'],
  lookback: ({ period }) => period - 1,
  compute(bars, { period, multiplier, average }) {
    const { high, low, close, length } = bars;
    const ranges = trueRanges(bars);
    const range = average === 'wilder' ? wilderMeans(ranges, period) : windowMeans(ranges, period);
    const trend = undefinedSeries(length);
    const direction = undefinedSeries(length);
    let [upper, lower, side] = [Infinity, -Infinity, 0];
    for (let t = period - 1; t < length; t++) {
      const middle = (high[t]! + low[t]!) / 2;
      const width = multiplier * range[t]!;
      const before = t === period - 1 ? middle : close[t - 1]!;
      if (middle + width < upper || before > upper) upper = middle + width;
      if (middle - width > lower || before < lower) lower = middle - width;
      if (side === 0) side = close[t]! <= lower ? -1 : 1;
      else if (hasWidth(middle - width, middle + width)) {
        if (side > 0 && close[t]! <= lower) side = -1;
        else if (side < 0 && close[t]! >= upper) side = 1;
      }
      direction[t] = side;
      trend[t] = side > 0 ? lower : upper;
    }
    return [trend, direction];
  },
});

/** Wilder's average, seeded with the mean of the first n values. `NaN` before bar n-1. Pine: ta.rma. */
function wilderMeans(values: Float64Array, n: number): Float64Array {
  const means = undefinedSeries(values.length);
  let mean = 0;
  for (let t = 0; t < values.length; t++) {
    mean = t < n ? mean + values[t]! / n : (mean * (n - 1) + values[t]!) / n;
    if (t >= n - 1) means[t] = mean;
  }
  return means;
}
