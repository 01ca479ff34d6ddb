import { defineIndicator, SOURCE, undefinedSeries } from './indicator.js';

/** Weighted moving average, weights 1..n with n on the newest bar. TA-Lib: WMA. First value at bar n-1. */
export const wma = defineIndicator({
  type: 'wma',
  summary: 'Moving average with weights that rise linearly to the newest bar',
  aliases: { weightedmovingaverage: {} },
  parameters: { period: { kind: 'whole', default: 20, min: 2, max: 500 }, source: SOURCE },
  parameterAliases: {},
  outputs: ['wma'],
  lookback: ({ period }) => period - 1,
  compute: (bars, { period, source }) => [weightedMeans(bars[source], period)],
});

/**
 * In O(1) per value and without subtraction: each window is the end of one block of n and the start of the next, as in
 * moving-window.ts.
 */
function weightedMeans(values: Float64Array, n: number): Float64Array {
  const means = undefinedSeries(values.length);
  const tailWeighted = new Float64Array(n + 1);
  const weights = (n * (n + 1)) / 2;
  for (let start = 0; start < values.length; start += n) {
    const end = Math.min(start + n, values.length);
    let sum = 0;
    let weighted = 0;
    for (let t = start; t < end; t++) {
      const j = t - start;
      sum += values[t]!;
      weighted += (j + 1) * values[t]!;
      // The n-1-j older values have the weights 1..n-1-j, so the weights of the block's own values start at n-j.
      if (t >= n - 1) means[t] = (tailWeighted[j + 1]! + (n - 1 - j) * sum + weighted) / weights;
    }
    if (end - start < n) break;
    // tailWeighted[j]: sum of the block's values j..n-1 with weights 1..n-j.
    sum = 0;
    tailWeighted[n] = 0;
    for (let j = n - 1; j >= 0; j--) {
      sum += values[start + j]!;
      tailWeighted[j] = tailWeighted[j + 1]! + sum;
    }
  }
  return means;
}
