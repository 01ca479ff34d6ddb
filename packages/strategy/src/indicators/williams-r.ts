import { defineIndicator } from './indicator.js';
import { windowMaxima, windowMinima } from './window-extremes.js';

/**
 * Williams %R, -100..0: distance of the close below the highest high, relative to the range. TA-Lib: WILLR; a range of
 * 0 gives 0. First value at bar n-1.
 */
export const williamsR = defineIndicator({
  type: 'williamsr',
  summary: 'Williams %R: how far the close is below the recent high, -100 to 0',
  aliases: { williamspercentr: {}, willr: {} },
  parameters: { period: { kind: 'whole', default: 14, min: 1, max: 100 } },
  parameterAliases: {},
  outputs: ['williamsr'],
  lookback: ({ period }) => period - 1,
  compute({ high, low, close, length }, { period }) {
    const highest = windowMaxima(high, period);
    const lowest = windowMinima(low, period);
    const percent = highest;
    for (let t = period - 1; t < length; t++) {
      const range = highest[t]! - lowest[t]!;
      percent[t] = range > 0 ? (-100 * (highest[t]! - close[t]!)) / range : 0;
    }
    return [percent];
  },
});
