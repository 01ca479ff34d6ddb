import { defineIndicator, SOURCE, undefinedSeries } from './indicator.js';
import { windowDeviations, windowMeans } from './moving-window.js';

/** Parameters shared with the band width. */
export const BAND_PARAMETERS = {
  period: { kind: 'whole', default: 20, min: 2, max: 200 },
  multiplier: { kind: 'real', default: 2, above: 0, max: 10 },
  source: SOURCE,
} as const;

/**
 * Bollinger bands: a simple average, and `multiplier` population standard deviations above and below it. TA-Lib: BBANDS
 * with SMA. First value at bar n-1.
 */
export const bollingerBands = defineIndicator({
  type: 'bollingerbands',
  summary: 'Bollinger bands: a simple average and deviations around it',
  aliases: { bbands: {}, bb: {}, bollinger: {}, bollingerband: {} },
  parameters: BAND_PARAMETERS,
  parameterAliases: { std_dev: 'multiplier' },
  outputs: ['upper', 'middle', 'lower'],
  lookback: ({ period }) => period - 1,
  compute(bars, { period, multiplier, source }) {
    const middle = windowMeans(bars[source], period);
    const deviation = windowDeviations(bars[source], period);
    const upper = undefinedSeries(bars.length);
    const lower = deviation;
    for (let t = period - 1; t < bars.length; t++) {
      const distance = multiplier * deviation[t]!;
      upper[t] = middle[t]! + distance;
      lower[t] = middle[t]! - distance;
    }
    return [upper, middle, lower];
  },
});
