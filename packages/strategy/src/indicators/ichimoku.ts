import { defineIndicator, undefinedSeries } from './indicator.js';
import type { BarColumns } from './indicator.js';
import { windowMaxima, windowMinima } from './window-extremes.js';

/**
 * Ichimoku lines, in price units, not shifted: each value is placed at the bar at which it becomes known. Charts shift
 * the chikou back, which would reveal the future. Not in TA-Lib.
 */
export const ichimoku = defineIndicator({
  type: 'ichimoku',
  summary: 'Ichimoku lines: middles of three recent ranges, not shifted',
  aliases: { ichimokucloud: {} },
  parameters: {
    tenkan_period: { kind: 'whole', default: 9, min: 1, max: 50 },
    kijun_period: { kind: 'whole', default: 26, min: 1, max: 100 },
    senkou_b_period: { kind: 'whole', default: 52, min: 1, max: 200 },
    displacement: {
      kind: 'whole',
      default: 26,
      min: 1,
      max: 100,
      noEffect: 'no line is shifted, so that each value is known at its bar',
    },
  },
  parameterAliases: {},
  outputs: ['tenkan', 'kijun', 'senkou_a', 'senkou_b', 'chikou'],
  lookback: ({ tenkan_period, kijun_period, senkou_b_period }) => [
    tenkan_period - 1,
    kijun_period - 1,
    Math.max(tenkan_period, kijun_period) - 1,
    senkou_b_period - 1,
    0,
  ],
  compute(bars, { tenkan_period, kijun_period, senkou_b_period }) {
    const tenkan = rangeMiddles(bars, tenkan_period);
    const kijun = rangeMiddles(bars, kijun_period);
    const senkouA = tenkan.map((value, t) => (value + kijun[t]!) / 2);
    return [tenkan, kijun, senkouA, rangeMiddles(bars, senkou_b_period), bars.close.slice()];
  },
});

/** (highest high + lowest low) / 2 of n bars. TA-Lib: MIDPRICE. */
function rangeMiddles({ high, low, length }: BarColumns, n: number): Float64Array {
  const highest = windowMaxima(high, n);
  const lowest = windowMinima(low, n);
  const middles = undefinedSeries(length);
  for (let t = n - 1; t < length; t++) middles[t] = (highest[t]! + lowest[t]!) / 2;
  return middles;
}
