import { bollingerBands } from './bollinger-bands.js';
import { defineIndicator } from './indicator.js';

/** An average this near to 0 has no width that means anything. */
const NO_PRICE = 1e-10;

/** Width of the Bollinger bands as a share of their middle; 0 where the middle is 0. First value at bar n-1. */
export const bollingerBandWidth = defineIndicator({
  type: 'bollingerbandwidth',
  summary: 'Width of the Bollinger bands as a share of their middle',
  aliases: {},
  parameters: bollingerBands.parameters,
  parameterAliases: bollingerBands.parameterAliases,
  outputs: ['bollingerbandwidth'],
  lookback: (parameters) => bollingerBands.lookback(parameters),
  compute(bars, parameters) {
    const [upper, middle, lower] = bollingerBands.compute(bars, parameters) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return [
      middle.map((average, t) => (Math.abs(average) <= NO_PRICE ? 0 : (upper[t]! - lower[t]!) / average)),
    ];
  },
});
