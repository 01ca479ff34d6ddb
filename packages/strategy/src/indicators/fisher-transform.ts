import { exponentialAverageFrom } from './ema.js';
import { defineIndicator, undefinedSeries } from './indicator.js';
import { windowMaxima, windowMinima } from './window-extremes.js';

/** Inputs are clipped to this, because the transform of 1 is infinite. */
const CLIP = 0.999;

/**
 * Fisher transform of the position of the bar's middle in the range of n bars (-1..1, clipped; 0 without a range),
 * smoothed with an exponential average. The signal is the previous value. Not Ehlers' recursion, not in TA-Lib. First
 * values at bars n-1 and n.
 */
export const fisherTransform = defineIndicator({
  type: 'fishertransform',
  summary: 'Fisher transform of the position of the bar in the recent range',
  aliases: { fisher: {} },
  parameters: {
    period: { kind: 'whole', default: 10, min: 2, max: 100 },
    smoothing: { kind: 'whole', default: 3, min: 1, max: 20 },
  },
  parameterAliases: {},
  outputs: ['fisher', 'signal'],
  lookback: ({ period }) => [period - 1, period],
  compute({ high, low, length }, { period, smoothing }) {
    const highest = windowMaxima(high, period);
    const lowest = windowMinima(low, period);
    const transformed = undefinedSeries(length);
    for (let t = period - 1; t < length; t++) {
      const range = highest[t]! - lowest[t]!;
      const place = range > 0 ? (2 * ((high[t]! + low[t]!) / 2 - lowest[t]!)) / range - 1 : 0;
      const clipped = Math.min(CLIP, Math.max(-CLIP, place));
      transformed[t] = 0.5 * Math.log((1 + clipped) / (1 - clipped));
    }
    const fisher = exponentialAverageFrom(transformed, smoothing, period - 1);
    const signal = undefinedSeries(length);
    signal.set(fisher.subarray(0, Math.max(0, length - 1)), Math.min(1, length));
    return [fisher, signal];
  },
});
