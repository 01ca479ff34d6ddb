import { defineIndicator, undefinedSeries } from './indicator.js';
import { windowSums } from './moving-window.js';
import { typicalPrices } from './typical-price.js';

/**
 * Volume-weighted average price over n bars, or over all bars so far if n = 0. Averages the typical price or the close.
 * Undefined without volume. Not in TA-Lib. First value at bar n-1.
 */
export const vwap = defineIndicator({
  type: 'vwap',
  summary: 'Volume-weighted average price; a period of 0 means all bars so far',
  aliases: { volumeweightedaverageprice: {} },
  parameters: {
    period: { kind: 'whole', default: 20, min: 0, max: 200 },
    use_typical_price: { kind: 'flag', default: true },
  },
  parameterAliases: {},
  outputs: ['vwap'],
  lookback: ({ period }) => Math.max(0, period - 1),
  compute(bars, { period, use_typical_price }) {
    const { volume, length } = bars;
    const traded = use_typical_price ? typicalPrices(bars) : bars.close.slice();
    for (let t = 0; t < length; t++) traded[t]! *= volume[t]!;
    const values = period === 0 ? runningSums(traded) : windowSums(traded, period, 0, traded);
    const volumes = period === 0 ? runningSums(volume) : windowSums(volume, period);
    const average = undefinedSeries(length);
    for (let t = Math.max(0, period - 1); t < length; t++) {
      if (volumes[t]! > 0) average[t] = values[t]! / volumes[t]!;
    }
    return [average];
  },
});

function runningSums(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => (sum += value));
}
