import { defineIndicator, undefinedSeries } from './indicator.js';
import { windowMeans } from './moving-window.js';

/**
 * Relative vigor index: average move from open to close divided by the average range, both first weighted 1, 2, 2, 1
 * over four bars; 0 if no bar has a range. The signal is its simple average. Not in TA-Lib. First values at bars n+2
 * and n+s+1.
 */
export const rvi = defineIndicator({
  type: 'rvi',
  summary: 'Relative vigor index: moves from open to close as a share of the range',
  aliases: { relativevigorindex: {} },
  parameters: {
    period: { kind: 'whole', default: 10, min: 4, max: 100 },
    signal_period: { kind: 'whole', default: 4, min: 1, max: 50 },
  },
  parameterAliases: { signal: 'signal_period' },
  outputs: ['rvi', 'signal'],
  lookback: ({ period, signal_period }) => [period + 2, period + signal_period + 1],
  compute({ open, high, low, close, length }, { period, signal_period }) {
    const moves = windowMeans(symmetric(close, open), period, 3);
    const ranges = windowMeans(symmetric(high, low), period, 3);
    const index = undefinedSeries(length);
    for (let t = period + 2; t < length; t++) index[t] = ranges[t]! > 0 ? moves[t]! / ranges[t]! : 0;
    return [index, windowMeans(index, signal_period, period + 2)];
  },
});

/** Differences of two columns, weighted 1, 2, 2, 1 over four bars. */
function symmetric(above: Float64Array, below: Float64Array): Float64Array {
  const averages = undefinedSeries(above.length);
  const difference = (t: number): number => above[t]! - below[t]!;
  for (let t = 3; t < above.length; t++) {
    averages[t] = (difference(t) + 2 * difference(t - 1) + 2 * difference(t - 2) + difference(t - 3)) / 6;
  }
  return averages;
}
