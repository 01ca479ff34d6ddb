import { defineIndicator, SOURCE } from './indicator.js';
import { windowMeans } from './moving-window.js';

/** Simple moving average. TA-Lib: SMA. First value at bar n-1. */
export const sma = defineIndicator({
  type: 'sma',
  summary: 'Simple moving average',
  aliases: { simplemovingaverage: {}, volumesma: { source: 'volume' } },
  parameters: { period: { kind: 'whole', default: 20, min: 2, max: 500 }, source: SOURCE },
  parameterAliases: {},
  outputs: ['sma'],
  lookback: ({ period }) => period - 1,
  compute: (bars, { period, source }) => [windowMeans(bars[source], period)],
});
