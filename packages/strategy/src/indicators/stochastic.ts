import { defineIndicator } from './indicator.js';
import { windowMeans } from './moving-window.js';
import { windowMaxima, windowMinima } from './window-extremes.js';

/**
 * Stochastic oscillator, 0..100: position of the close in the range of the last `k_period` bars, smoothed twice.
 * TA-Lib: STOCH with simple averages. A range of 0 gives 0, and both outputs start where d does.
 */
export const stochastic = defineIndicator({
  type: 'stochastic',
  summary: 'Stochastic oscillator: position of the close in the recent range, 0 to 100',
  aliases: { stoch: {}, stochasticoscillator: {} },
  parameters: {
    k_period: { kind: 'whole', default: 14, min: 1, max: 100 },
    smooth_k: { kind: 'whole', default: 3, min: 1, max: 20 },
    d_period: { kind: 'whole', default: 3, min: 1, max: 20 },
  },
  parameterAliases: { smooth: 'smooth_k' },
  outputs: ['k', 'd'],
  lookback: ({ k_period, smooth_k, d_period }) => k_period + smooth_k + d_period - 3,
  compute({ high, low, close, length }, { k_period, smooth_k, d_period }) {
    const highest = windowMaxima(high, k_period);
    const lowest = windowMinima(low, k_period);
    const place = highest;
    for (let t = k_period - 1; t < length; t++) {
      const range = highest[t]! - lowest[t]!;
      place[t] = range > 0 ? (100 * (close[t]! - lowest[t]!)) / range : 0;
    }
    const k = windowMeans(place, smooth_k, k_period - 1, place);
    const d = windowMeans(k, d_period, k_period + smooth_k - 2, lowest);
    k.fill(Number.NaN, 0, k_period + smooth_k + d_period - 3);
    return [k, d];
  },
});
