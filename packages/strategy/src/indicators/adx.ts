import { defineIndicator, isNegligible, undefinedSeries } from './indicator.js';
import { trueRangeAt } from './true-range.js';

/**
 * Average directional index and its two directional indicators, 0..100. TA-Lib: ADX, PLUS_DI, MINUS_DI, unstable period
 * 0. True range and directional movements are summed over bars 1..n-1, then smoothed with Wilder's method. The
 * indicators start at bar n. The index starts at bar 2n-1 with the mean of n values, and keeps its value while the
 * market does not move.
 */
export const adx = defineIndicator({
  type: 'adx',
  summary: 'Average directional index: strength of a trend, 0 to 100, and its two sides',
  aliases: { averagedirectionalindex: {} },
  parameters: { period: { kind: 'whole', default: 14, min: 2, max: 200 } },
  parameterAliases: {},
  outputs: ['adx', 'plus_di', 'minus_di'],
  lookback: ({ period }) => [2 * period - 1, period, period],
  compute(bars, { period }) {
    const { high, low, close, length } = bars;
    const index = undefinedSeries(length);
    const plusIndicator = undefinedSeries(length);
    const minusIndicator = undefinedSeries(length);
    let [range, plus, minus, average] = [0, 0, 0, 0];
    for (let t = 1; t < length; t++) {
      const up = high[t]! - high[t - 1]!;
      const down = low[t - 1]! - low[t]!;
      if (t >= period) {
        range -= range / period;
        plus -= plus / period;
        minus -= minus / period;
      }
      range += trueRangeAt(bars, t);
      if (up > 0 && up > down) plus += up;
      if (down > 0 && down > up) minus += down;
      if (t < period) continue;
      const moves = !isNegligible(range, close[t]!);
      const plusShare = moves ? 100 * (plus / range) : 0;
      const minusShare = moves ? 100 * (minus / range) : 0;
      const both = plusShare + minusShare;
      const difference = isNegligible(both, 100) ? null : (100 * Math.abs(minusShare - plusShare)) / both;
      plusIndicator[t] = plusShare;
      minusIndicator[t] = minusShare;
      if (t < 2 * period) average += (difference ?? 0) / period;
      else if (difference !== null) average = (average * (period - 1) + difference) / period;
      if (t >= 2 * period - 1) index[t] = average;
    }
    return [index, plusIndicator, minusIndicator];
  },
});
