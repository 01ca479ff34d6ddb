import { exponentialAverageFrom } from './ema.js';
import { defineIndicator, undefinedSeries } from './indicator.js';
import type { BarColumns } from './indicator.js';
import { windowMeans } from './moving-window.js';
import { trueRanges } from './true-range.js';

interface KeltnerParameters {
  period: number;
  atr_period: number;
  multiplier: number;
}

/**
 * Upper, middle and lower channel: an exponential average of the closes from bar 0 on, and `multiplier` simple averages
 * of the true range above and below it. `NaN` until both windows are full.
 */
export function keltnerChannelLines(
  bars: BarColumns,
  { period, atr_period, multiplier }: KeltnerParameters,
): [upper: Float64Array, middle: Float64Array, lower: Float64Array] {
  const average = exponentialAverageFrom(bars.close, period, 0);
  const range = windowMeans(trueRanges(bars), atr_period);
  const upper = undefinedSeries(bars.length);
  const middle = undefinedSeries(bars.length);
  const lower = undefinedSeries(bars.length);
  for (let t = Math.max(period, atr_period) - 1; t < bars.length; t++) {
    middle[t] = average[t]!;
    upper[t] = average[t]! + multiplier * range[t]!;
    lower[t] = average[t]! - multiplier * range[t]!;
  }
  return [upper, middle, lower];
}

/** Keltner channels. Not in TA-Lib. First value at bar max(n, atr_period) - 1. */
export const keltnerChannels = defineIndicator({
  type: 'keltnerchannels',
  summary: 'Keltner channels: an exponential average and true ranges around it',
  aliases: { keltnerchannel: {}, keltner: {}, kc: {} },
  parameters: {
    period: { kind: 'whole', default: 20, min: 2, max: 500 },
    atr_period: { kind: 'whole', default: 10, min: 2, max: 200 },
    multiplier: { kind: 'real', default: 2, above: 0, max: 10 },
  },
  parameterAliases: {},
  outputs: ['upper', 'middle', 'lower'],
  lookback: ({ period, atr_period }) => Math.max(period, atr_period) - 1,
  compute: keltnerChannelLines,
});
