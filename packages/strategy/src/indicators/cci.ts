import { defineIndicator } from './indicator.js';
import { windowMeans } from './moving-window.js';
import { typicalPrices } from './typical-price.js';

/**
 * Commodity channel index: distance of the typical price to its simple average, in units of 0.015 mean absolute
 * deviations. TA-Lib: CCI; 0 if there is no deviation. First value at bar n-1. The average moves with every bar, so all
 * n distances change: O(bars * n), with n at most 100.
 */
export const cci = defineIndicator({
  type: 'cci',
  summary: 'Commodity channel index: distance of the typical price to its average in mean deviations',
  aliases: { commoditychannelindex: {} },
  parameters: { period: { kind: 'whole', default: 20, min: 2, max: 100 } },
  parameterAliases: {},
  outputs: ['cci'],
  lookback: ({ period }) => period - 1,
  compute(bars, { period }) {
    const price = typicalPrices(bars);
    const average = windowMeans(price, period);
    const index = average;
    // The mean of equal prices may differ from them in the last bit, so equality is counted instead of measured.
    let equal = 0;
    for (let t = 0; t < bars.length; t++) {
      equal = t > 0 && price[t] === price[t - 1] ? equal + 1 : 1;
      if (t < period - 1) continue;
      const mean = average[t]!;
      let distances = 0;
      for (let i = t - period + 1; i <= t; i++) distances += Math.abs(price[i]! - mean);
      const deviation = distances / period;
      index[t] = equal >= period || deviation === 0 ? 0 : (price[t]! - mean) / (0.015 * deviation);
    }
    return [index];
  },
});
