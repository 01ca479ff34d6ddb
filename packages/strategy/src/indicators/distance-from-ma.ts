import { exponentialAverage } from './ema.js';
import { defineIndicator, SOURCE } from './indicator.js';
import { windowMeans } from './moving-window.js';

/**
 * Distance to a moving average, in percent of the average; 0 if the average is 0. The averages are those of sma and
 * ema. First value at bar n-1.
 */
export const distanceFromMa = defineIndicator({
  type: 'distancefromma',
  summary: 'Distance to a moving average, in percent of it',
  aliases: { distancefrommovingaverage: {} },
  parameters: {
    period: { kind: 'whole', default: 20, min: 1, max: 200 },
    ma_type: { kind: 'choice', default: 'sma', options: ['sma', 'ema'] },
    source: SOURCE,
  },
  parameterAliases: {},
  outputs: ['distancefromma'],
  needsRatio: true,
  lookback: ({ period }) => period - 1,
  compute(bars, { period, ma_type, source }) {
    const values = bars[source];
    const average = ma_type === 'sma' ? windowMeans(values, period) : exponentialAverage(values, period);
    const distance = average;
    for (let t = period - 1; t < bars.length; t++) {
      distance[t] = average[t] === 0 ? 0 : (100 * (values[t]! - average[t]!)) / average[t]!;
    }
    return [distance];
  },
});
