import { defineIndicator } from './indicator.js';
import { windowMeans } from './moving-window.js';

/** Volume divided by its simple average; 1 without volume. Not in TA-Lib. First value at bar n-1. */
export const volumeRatio = defineIndicator({
  type: 'volumeratio',
  summary: 'Volume as a multiple of its average',
  aliases: {},
  parameters: { period: { kind: 'whole', default: 20, min: 2, max: 100 } },
  parameterAliases: {},
  outputs: ['volumeratio'],
  lookback: ({ period }) => period - 1,
  compute({ volume, length }, { period }) {
    const average = windowMeans(volume, period);
    const ratio = average;
    for (let t = period - 1; t < length; t++) {
      ratio[t] = average[t]! > 0 ? volume[t]! / average[t]! : 1;
    }
    return [ratio];
  },
});
