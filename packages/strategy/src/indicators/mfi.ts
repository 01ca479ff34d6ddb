import { defineIndicator } from './indicator.js';
import { windowSums } from './moving-window.js';
import { typicalPriceAt } from './typical-price.js';

/**
 * Money flow index, 0..100: the share of the flow (typical price x volume) with rising typical prices in the total flow
 * over n changes. TA-Lib: MFI. No flow gives 0; TA-Lib also returns 0 for flows below 1, which depends on the units.
 * First value at bar n.
 */
export const mfi = defineIndicator({
  type: 'mfi',
  summary: 'Money flow index: money flow of rising bars as a share of the total, 0 to 100',
  aliases: { moneyflowindex: {} },
  parameters: { period: { kind: 'whole', default: 14, min: 1, max: 100 } },
  parameterAliases: {},
  outputs: ['mfi'],
  needsRatio: true,
  lookback: ({ period }) => period,
  compute(bars, { period }) {
    const { volume, length } = bars;
    const positive = new Float64Array(length);
    const negative = new Float64Array(length);
    let before = typicalPriceAt(bars, 0);
    for (let t = 1; t < length; t++) {
      const price = typicalPriceAt(bars, t);
      const flow = price * volume[t]!;
      if (price > before) positive[t] = flow;
      else if (price < before) negative[t] = flow;
      before = price;
    }
    const inflow = windowSums(positive, period, 1, positive);
    const outflow = windowSums(negative, period, 1, negative);
    const index = inflow;
    for (let t = period; t < length; t++) {
      const all = inflow[t]! + outflow[t]!;
      index[t] = all > 0 ? (100 * inflow[t]!) / all : 0;
    }
    return [index];
  },
});
