import { BAND_PARAMETERS } from './bollinger-bands.js';
import { defineIndicator } from './indicator.js';
import { windowDeviations, windowMeans } from './moving-window.js';

/** If the middle is this small beside the deviation, prices lie around 0 and a relative width has no meaning. */
const NO_MIDDLE = 1e-12;

/** Width of the Bollinger bands relative to their middle; 0 if the middle is 0. First value at bar n-1. */
export const bollingerBandWidth = defineIndicator({
  type: 'bollingerbandwidth',
  summary: 'Width of the Bollinger bands as a share of their middle',
  aliases: {},
  parameters: BAND_PARAMETERS,
  parameterAliases: { std_dev: 'multiplier' },
  outputs: ['bollingerbandwidth'],
  needsRatio: true,
  lookback: ({ period }) => period - 1,
  compute(bars, { period, multiplier, source }) {
    const middle = windowMeans(bars[source], period);
    const width = windowDeviations(bars[source], period);
    for (let t = period - 1; t < bars.length; t++) {
      const deviation = width[t]!;
      const noMiddle = Math.abs(middle[t]!) <= NO_MIDDLE * deviation;
      width[t] = noMiddle ? 0 : (2 * multiplier * deviation) / middle[t]!;
    }
    return [width];
  },
});
