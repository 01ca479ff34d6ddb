import { exponentialAverage } from './ema.js';
import { defineIndicator, SOURCE } from './indicator.js';

/**
 * Moving average convergence divergence: line = fast - slow average, signal = average of the line, histogram = line -
 * signal. TA-Lib: MACD, unstable period 0. The fast average is seeded with the last bars of the slow average's seed
 * window, the signal with the first line values. All outputs start at bar slow + signal - 2. If the fast period is
 * above the slow one, they are swapped.
 */
export const macd = defineIndicator({
  type: 'macd',
  summary: 'Moving average convergence divergence: fast minus slow exponential average',
  aliases: { movingaverageconvergencedivergence: {} },
  parameters: {
    fast_period: { kind: 'whole', default: 12, min: 1, max: 100 },
    slow_period: { kind: 'whole', default: 26, min: 1, max: 200 },
    signal_period: { kind: 'whole', default: 9, min: 1, max: 50 },
    source: SOURCE,
  },
  parameterAliases: { fast: 'fast_period', slow: 'slow_period', signal: 'signal_period' },
  outputs: ['line', 'signal', 'histogram'],
  lookback: ({ fast_period, slow_period, signal_period }) =>
    Math.max(fast_period, slow_period) + signal_period - 2,
  compute(bars, { fast_period, slow_period, signal_period, source }) {
    const fastPeriod = Math.min(fast_period, slow_period);
    const slowPeriod = Math.max(fast_period, slow_period);
    const slow = exponentialAverage(bars[source], slowPeriod);
    const fast = exponentialAverage(bars[source], fastPeriod, slowPeriod - fastPeriod);
    const line = fast;
    for (let t = slowPeriod - 1; t < bars.length; t++) line[t] = fast[t]! - slow[t]!;
    const signal = exponentialAverage(line, signal_period, slowPeriod - 1);
    const histogram = slow;
    const first = slowPeriod + signal_period - 2;
    for (let t = first; t < bars.length; t++) histogram[t] = line[t]! - signal[t]!;
    line.fill(Number.NaN, 0, first);
    histogram.fill(Number.NaN, 0, first);
    return [line, signal, histogram];
  },
});
