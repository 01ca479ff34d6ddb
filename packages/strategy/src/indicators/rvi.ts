import { defineIndicator, undefinedSeries } from './indicator.js';
import { symmetricMeans, windowMeans } from './moving-window.js';

/**
 * Relative vigor index (Ehlers 2002): average move from open to close divided by the average range, both first weighted
 * 1, 2, 2, 1 over four bars; 0 if no bar has a range. The signal is the index with the same kind of weights over
 * `signal_period` values. Not in TA-Lib; TradingView: RVGI. First values at bars n+2 and n+s+1.
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
    const smoothed = (above: Float64Array, below: Float64Array): Float64Array =>
      symmetricMeans(
        above.map((value, t) => value - below[t]!),
        4,
      );
    const moves = windowMeans(smoothed(close, open), period, 3);
    const ranges = windowMeans(smoothed(high, low), period, 3);
    const index = undefinedSeries(length);
    for (let t = period + 2; t < length; t++) index[t] = ranges[t]! > 0 ? moves[t]! / ranges[t]! : 0;
    return [index, symmetricMeans(index, signal_period, period + 2)];
  },
});
