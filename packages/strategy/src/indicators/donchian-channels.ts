import { defineIndicator, undefinedSeries } from './indicator.js';
import { windowMaxima, windowMinima } from './window-extremes.js';

/**
 * Donchian channels: highest high and lowest low of n bars, including the current one. TA-Lib: MAX, MIN. First value at
 * bar n-1.
 */
export const donchianChannels = defineIndicator({
  type: 'donchianchannels',
  summary: 'Donchian channels: highest high, lowest low and their middle',
  aliases: { donchianchannel: {}, donchian: {} },
  parameters: {
    period: { kind: 'whole', default: 20, min: 2, max: 500 },
    include_middle: { kind: 'flag', default: true, noEffect: 'the middle is always computed' },
  },
  parameterAliases: {},
  outputs: ['upper', 'middle', 'lower'],
  lookback: ({ period }) => period - 1,
  compute({ high, low, length }, { period }) {
    const upper = windowMaxima(high, period);
    const lower = windowMinima(low, period);
    const middle = undefinedSeries(length);
    for (let t = period - 1; t < length; t++) middle[t] = (upper[t]! + lower[t]!) / 2;
    return [upper, middle, lower];
  },
});
