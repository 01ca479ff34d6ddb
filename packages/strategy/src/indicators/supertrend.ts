import { defineIndicator, undefinedSeries } from './indicator.js';
import { windowMeans } from './moving-window.js';
import { trueRanges } from './true-range.js';

/**
 * Supertrend: bands at `multiplier` simple averages of the true range around (high + low) / 2. The upper band may only
 * fall and the lower band only rise until the close crosses it. `direction` is 1 if the trend line is the lower band,
 * and -1 if it is the upper one. Not in TA-Lib.
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
  },
  parameterAliases: {},
  outputs: ['trend', 'direction'],
  lookback: ({ period }) => period - 1,
  compute(bars, { period, multiplier }) {
    const { high, low, close, length } = bars;
    const range = windowMeans(trueRanges(bars), period);
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
      else if (upper > lower && side > 0 && close[t]! <= lower) side = -1;
      else if (upper > lower && side < 0 && close[t]! >= upper) side = 1;
      direction[t] = side;
      trend[t] = side > 0 ? lower : upper;
    }
    return [trend, direction];
  },
});
