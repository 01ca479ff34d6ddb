import { defineIndicator, SOURCE, undefinedSeries } from './indicator.js';

/** Change over n bars, in the values' units, from bar `first + n` on. TA-Lib: MOM. */
export function changes(values: Float64Array, n: number, first = 0): Float64Array {
  const differences = undefinedSeries(values.length);
  for (let t = first + n; t < values.length; t++) differences[t] = values[t]! - values[t - n]!;
  return differences;
}

/** Momentum, in price units. TA-Lib: MOM. First value at bar n. */
export const momentum = defineIndicator({
  type: 'momentum',
  summary: 'Change over some bars, in price units',
  aliases: {},
  parameters: { period: { kind: 'whole', default: 10, min: 1, max: 100 }, source: SOURCE },
  parameterAliases: {},
  outputs: ['momentum'],
  lookback: ({ period }) => period,
  compute: (bars, { period, source }) => [changes(bars[source], period)],
});
