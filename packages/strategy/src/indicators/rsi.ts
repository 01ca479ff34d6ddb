import { defineIndicator, isNegligible, SOURCE, undefinedSeries } from './indicator.js';

/**
 * Relative strength index, 0..100: 100 G/(G+L), where G and L are Wilder's averages of gains and losses, seeded with
 * their means over the first n changes. TA-Lib: RSI, unstable period 0. First value at bar n; a flat series gives 0.
 */
export const rsi = defineIndicator({
  type: 'rsi',
  summary: 'Relative strength index: average gains as a share of all moves, 0 to 100',
  aliases: { relativestrengthindex: {} },
  parameters: { period: { kind: 'whole', default: 14, min: 2, max: 100 }, source: SOURCE },
  parameterAliases: {},
  outputs: ['rsi'],
  lookback: ({ period }) => period,
  compute(bars, { period, source }) {
    const values = bars[source];
    const index = undefinedSeries(bars.length);
    let gains = 0;
    let losses = 0;
    for (let t = 1; t < bars.length; t++) {
      const change = values[t]! - values[t - 1]!;
      const gain = Math.max(change, 0);
      const loss = gain - change;
      if (t <= period) {
        gains += gain / period;
        losses += loss / period;
      } else {
        gains = (gains * (period - 1) + gain) / period;
        losses = (losses * (period - 1) + loss) / period;
      }
      const all = gains + losses;
      if (t >= period) index[t] = isNegligible(all, values[t]!) ? 0 : (100 * gains) / all;
    }
    return [index];
  },
});
