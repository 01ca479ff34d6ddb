import { defineIndicator, undefinedSeries } from './indicator.js';
import { trueRangeAt } from './true-range.js';

/**
 * Average true range, in price units: Wilder's average of the true range, seeded with the mean of bars 1..n. TA-Lib:
 * ATR, unstable period 0. First value at bar n; n = 1 gives the true range itself.
 */
export const atr = defineIndicator({
  type: 'atr',
  summary: 'Average true range, in price units',
  aliases: { averagetruerange: {} },
  parameters: { period: { kind: 'whole', default: 14, min: 1, max: 100 } },
  parameterAliases: {},
  outputs: ['atr'],
  lookback: ({ period }) => period,
  compute(bars, { period }) {
    const average = undefinedSeries(bars.length);
    let value = 0;
    for (let t = 1; t < bars.length; t++) {
      const range = trueRangeAt(bars, t);
      value = t <= period ? value + range / period : (value * (period - 1) + range) / period;
      if (t >= period) average[t] = value;
    }
    return [average];
  },
});
