import { defineIndicator, undefinedSeries } from './indicator.js';
import { highestBars, lowestBars } from './window-extremes.js';

/**
 * Aroon, 0..100: how recent the highest high and the lowest low of the last n+1 bars are; of equal extremes, the newest
 * counts. The oscillator is up - down. TA-Lib: AROON, AROONOSC. First value at bar n.
 */
export const aroon = defineIndicator({
  type: 'aroon',
  summary: 'Aroon: how recent the highest high and the lowest low are, 0 to 100',
  aliases: {},
  parameters: {
    period: { kind: 'whole', default: 14, min: 1, max: 200 },
    include_oscillator: { kind: 'flag', default: false, noEffect: 'the oscillator is always computed' },
  },
  parameterAliases: {},
  outputs: ['up', 'down', 'oscillator'],
  lookback: ({ period }) => period,
  compute({ high, low, length }, { period }) {
    const highest = highestBars(high, period + 1);
    const lowest = lowestBars(low, period + 1);
    const up = undefinedSeries(length);
    const down = undefinedSeries(length);
    const oscillator = undefinedSeries(length);
    for (let t = period; t < length; t++) {
      up[t] = (100 * (period - (t - highest[t]!))) / period;
      down[t] = (100 * (period - (t - lowest[t]!))) / period;
      oscillator[t] = up[t]! - down[t]!;
    }
    return [up, down, oscillator];
  },
});
