import { bollingerBands } from './bollinger-bands.js';
import { defineIndicator, hasWidth, SOURCE, undefinedSeries } from './indicator.js';
import { keltnerChannelLines } from './keltner-channels.js';

const ATR_PERIOD = 10;

/**
 * How deep the Bollinger bands are inside the Keltner channels, relative to the channels' width: 0 (outside) to 0.5.
 * Not in TA-Lib. First value when all windows are full, including the ten bars of the channels' true range.
 */
export const squeezeIntensity = defineIndicator({
  type: 'squeezeintensity',
  summary: 'How deep the Bollinger bands lie inside the Keltner channels, 0 to 0.5',
  aliases: {},
  parameters: {
    bb_period: { kind: 'whole', default: 20, min: 2, max: 100 },
    kc_period: { kind: 'whole', default: 20, min: 2, max: 100 },
    bb_multiplier: { kind: 'real', default: 2, above: 0, max: 5 },
    kc_multiplier: { kind: 'real', default: 2, above: 0, max: 5 },
    source: SOURCE,
  },
  parameterAliases: {},
  outputs: ['squeezeintensity'],
  lookback: ({ bb_period, kc_period }) => Math.max(bb_period, kc_period, ATR_PERIOD) - 1,
  compute(bars, { bb_period, kc_period, bb_multiplier, kc_multiplier, source }) {
    const bands = { period: bb_period, multiplier: bb_multiplier, source };
    const channels = { period: kc_period, atr_period: ATR_PERIOD, multiplier: kc_multiplier };
    const [bandUpper, , bandLower] = bollingerBands.compute(bars, bands as never) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const [upper, , lower] = keltnerChannelLines(bars, channels);
    const intensity = undefinedSeries(bars.length);
    for (let t = Math.max(bb_period, kc_period, ATR_PERIOD) - 1; t < bars.length; t++) {
      const inside = Math.min(upper[t]! - bandUpper[t]!, bandLower[t]! - lower[t]!);
      const width = hasWidth(lower[t]!, upper[t]!) ? upper[t]! - lower[t]! : Infinity;
      intensity[t] = Math.max(0, inside / width);
    }
    return [intensity];
  },
});
