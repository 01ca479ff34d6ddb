import { BAND_PARAMETERS } from './bollinger-bands.js';
import { defineIndicator } from './indicator.js';
import { windowDeviations, windowMeans } from './moving-window.js';

/** Below this average, a relative width has no meaning. */
const NO_PRICE = 1e-10;

/** Width of the Bollinger bands relative to their middle; 0 if the middle is 0. First value at bar n-1. */
export const bollingerBandWidth = defineIndicator({
  type: 'bollingerbandwidth',
  summary: 'Width of the Bollinger bands as a share of their middle',
  aliases: {},
  parameters: BAND_PARAMETERS,
  parameterAliases: { std_dev: 'multiplier' },
  outputs: ['bollingerbandwidth'],
  lookback: ({ period }) => period - 1,
  compute(bars, { period, multiplier, source }) {
    const middle = windowMeans(bars[source], period);
    const width = windowDeviations(bars[source], period);
    for (let t = period - 1; t < bars.length; t++) {
      width[t] = Math.abs(middle[t]!) <= NO_PRICE ? 0 : (2 * multiplier * width[t]!) / middle[t]!;
    }
    return [width];
  },
});
