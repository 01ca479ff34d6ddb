import { defineIndicator, SOURCE, undefinedSeries } from './indicator.js';

/**
 * Exponential moving average with factor 2/(n+1), seeded with the mean of the n values from `first` on. First value at
 * `first + n - 1`. TA-Lib: EMA, unstable period 0.
 */
export function exponentialAverage(values: Float64Array, n: number, first = 0): Float64Array {
  const averages = new Float64Array(values.length);
  const seedEnd = first + n;
  if (seedEnd > values.length) return averages.fill(Number.NaN);
  let sum = 0;
  for (let t = first; t < seedEnd; t++) sum += values[t]!;
  const factor = 2 / (n + 1);
  let average = sum / n;
  averages[seedEnd - 1] = average;
  for (let t = seedEnd; t < values.length; t++) {
    average += (values[t]! - average) * factor;
    averages[t] = average;
  }
  return averages.fill(Number.NaN, 0, seedEnd - 1);
}

/** Exponential moving average with factor 2/(n+1) that starts with the value of bar `first`; `NaN` before. */
export function exponentialAverageFrom(values: Float64Array, n: number, first: number): Float64Array {
  const averages = undefinedSeries(values.length);
  const factor = 2 / (n + 1);
  let average = values[first] ?? Number.NaN;
  for (let t = first; t < values.length; t++) {
    average += (values[t]! - average) * factor;
    averages[t] = average;
  }
  return averages;
}

/** Exponential moving average. TA-Lib: EMA. First value at bar n-1; n = 1 gives the source itself. */
export const ema = defineIndicator({
  type: 'ema',
  summary: 'Exponential moving average',
  aliases: { exponentialmovingaverage: {} },
  parameters: {
    period: { kind: 'whole', default: 20, min: 1, max: 500 },
    source: SOURCE,
    adjust: { kind: 'flag', default: true, noEffect: 'the average is seeded as TA-Lib does it' },
  },
  parameterAliases: {},
  outputs: ['ema'],
  lookback: ({ period }) => period - 1,
  compute: (bars, { period, source }) => [exponentialAverage(bars[source], period)],
});
