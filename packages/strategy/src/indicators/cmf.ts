import { exponentialAverageFrom } from './ema.js';
import { defineIndicator, undefinedSeries } from './indicator.js';
import { changes } from './momentum.js';
import { moneyFlowMultipliers, moneyFlowVolumes } from './money-flow.js';
import { windowSums } from './moving-window.js';

const MOMENTUM_BARS = 5;
const SIGNAL_PERIOD = 9;

/**
 * Chaikin money flow, -1..1: money flow volume divided by volume over n bars; 0 without volume. Further outputs: its
 * change over five bars, an exponential average of nine as signal, the distance to the signal, and whether it is above
 * 0 (0 or 1). Not in classic TA-Lib. First value at bar n-1; for the momentum, at bar n+4.
 */
export const cmf = defineIndicator({
  type: 'cmf',
  summary: 'Chaikin money flow: volume weighted by the position of the close in its bar, -1 to 1',
  aliases: { chaikinmoneyflow: {} },
  parameters: { period: { kind: 'whole', default: 21, min: 2, max: 500 } },
  parameterAliases: {},
  outputs: [
    'cmf',
    'mf_multiplier',
    'mf_volume',
    'momentum',
    'signal',
    'histogram',
    'above_zero',
    'below_zero',
  ],
  lookback: ({ period }) => {
    const first = period - 1;
    return [first, 0, 0, first + MOMENTUM_BARS, first, first, first, first];
  },
  compute(bars, { period }) {
    const { volume, length } = bars;
    const multiplier = moneyFlowMultipliers(bars);
    const flowVolume = moneyFlowVolumes(multiplier, volume);
    const flows = windowSums(flowVolume, period);
    const volumes = windowSums(volume, period);
    const flow = undefinedSeries(length);
    for (let t = period - 1; t < length; t++) flow[t] = volumes[t]! > 0 ? flows[t]! / volumes[t]! : 0;
    const signal = exponentialAverageFrom(flow, SIGNAL_PERIOD, period - 1);
    const histogram = undefinedSeries(length);
    const above = undefinedSeries(length);
    const below = undefinedSeries(length);
    for (let t = period - 1; t < length; t++) {
      histogram[t] = flow[t]! - signal[t]!;
      above[t] = flow[t]! > 0 ? 1 : 0;
      below[t] = flow[t]! < 0 ? 1 : 0;
    }
    const momentum = changes(flow, MOMENTUM_BARS, period - 1);
    return [flow, multiplier, flowVolume, momentum, signal, histogram, above, below];
  },
});
