import { defineIndicator, SOURCE, undefinedSeries } from './indicator.js';

/** Change over n bars, in percent, from bar `first + n` on; 0 if the older value is 0. TA-Lib: ROC. */
export function percentChanges(values: Float64Array, n: number, first = 0): Float64Array {
  const changes = undefinedSeries(values.length);
  for (let t = first + n; t < values.length; t++) {
    const base = values[t - n]!;
    changes[t] = base === 0 ? 0 : 100 * (values[t]! / base - 1);
  }
  return changes;
}

/** Rate of change, in percent. TA-Lib: ROC. First value at bar n. */
export const roc = defineIndicator({
  type: 'roc',
  summary: 'Rate of change over some bars, in percent',
  aliases: { rateofchange: {} },
  parameters: { period: { kind: 'whole', default: 10, min: 1, max: 100 }, source: SOURCE },
  parameterAliases: {},
  outputs: ['roc'],
  needsRatio: true,
  lookback: ({ period }) => period,
  compute: (bars, { period, source }) => [percentChanges(bars[source], period)],
});
