import { defineIndicator, undefinedSeries } from './indicator.js';
import { changes } from './momentum.js';
import { moneyFlowMultipliers, moneyFlowVolumes } from './money-flow.js';
import { windowMeans } from './moving-window.js';
import { percentChanges } from './roc.js';

const ROC_BARS = 10;
const MOMENTUM_BARS = 21;
const STRENGTH_BARS = 50;
const FEWEST_STRENGTH_BARS = 20;

/**
 * Accumulation/distribution line: cumulative money flow volume (TA-Lib: AD). Further outputs: its change over 10 bars
 * in percent, its change over 21 bars, and its distance to its simple average of 50 bars in percent (from 20 bars on,
 * of the bars available). A percentage of 0 is 0. With smoothing, the line is replaced by its simple average before the
 * other outputs are computed.
 */
export const adLine = defineIndicator({
  type: 'adline',
  summary: 'Accumulation/distribution line: cumulative money flow volume',
  aliases: { accumulationdistribution: {}, accumulationdistributionline: {} },
  parameters: {
    use_sma_smoothing: { kind: 'flag', default: false },
    smoothing_period: { kind: 'whole', default: 21, min: 2, max: 200 },
  },
  parameterAliases: {},
  outputs: ['line', 'mf_multiplier', 'mf_volume', 'roc_10', 'momentum_21', 'relative_strength'],
  lookback: ({ use_sma_smoothing, smoothing_period }) => {
    const first = use_sma_smoothing ? smoothing_period - 1 : 0;
    return [first, 0, 0, first + ROC_BARS, first + MOMENTUM_BARS, first + FEWEST_STRENGTH_BARS - 1];
  },
  compute(bars, { use_sma_smoothing, smoothing_period }) {
    const multiplier = moneyFlowMultipliers(bars);
    const flowVolume = moneyFlowVolumes(multiplier, bars.volume);
    let sum = 0;
    const running = flowVolume.map((flow) => (sum += flow));
    const first = use_sma_smoothing ? smoothing_period - 1 : 0;
    const line = use_sma_smoothing ? windowMeans(running, smoothing_period) : running;
    return [
      line,
      multiplier,
      flowVolume,
      percentChanges(line, ROC_BARS, first),
      changes(line, MOMENTUM_BARS, first),
      relativeStrength(line, first),
    ];
  },
});

/** 100 (line / average - 1) over the last 50 values from bar `first` on; over all values while there are 20 to 49. */
function relativeStrength(line: Float64Array, first: number): Float64Array {
  const average = windowMeans(line, STRENGTH_BARS, first);
  const strength = undefinedSeries(line.length);
  let sum = 0;
  for (let t = first; t < line.length; t++) {
    const count = t - first + 1;
    if (count < STRENGTH_BARS) sum += line[t]!;
    if (count < FEWEST_STRENGTH_BARS) continue;
    const mean = count < STRENGTH_BARS ? sum / count : average[t]!;
    strength[t] = mean === 0 ? 0 : 100 * (line[t]! / mean - 1);
  }
  return strength;
}
