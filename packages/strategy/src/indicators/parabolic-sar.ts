import { defineIndicator, undefinedSeries } from './indicator.js';

/**
 * Parabolic stop and reverse, in price units. TA-Lib: SAR, which has one parameter for `initial_af` and `step_af`. The
 * first trend is down only if bar 1 has a downward movement; bar 1 itself is tested; a touched stop moves to the
 * trend's extreme; and a stop never enters the range of the last two bars. First value at bar 1.
 */
export const parabolicSar = defineIndicator({
  type: 'parabolicsar',
  summary: 'Parabolic stop and reverse: a stop that closes in on the trend',
  aliases: { psar: {}, sar: {} },
  parameters: {
    initial_af: { kind: 'real', default: 0.02, min: 0.001, max: 0.1 },
    step_af: { kind: 'real', default: 0.02, min: 0.001, max: 0.1 },
    max_af: { kind: 'real', default: 0.2, min: 0.01, max: 1 },
  },
  parameterAliases: {},
  outputs: ['parabolicsar'],
  lookback: () => 1,
  compute({ high, low, length }, { initial_af, step_af, max_af }) {
    const stops = undefinedSeries(length);
    if (length < 2) return [stops];
    const initial = Math.min(initial_af, max_af);
    const fall = low[0]! - low[1]!;
    let long = !(fall > 0 && high[1]! - high[0]! < fall);
    let stop = long ? low[0]! : high[0]!;
    let extreme = long ? high[1]! : low[1]!;
    let factor = initial;
    for (let t = 1; t < length; t++) {
      // Bar 1 also serves as its own previous bar.
      const yesterday = Math.max(1, t - 1);
      const ceiling = Math.max(high[yesterday]!, high[t]!);
      const floor = Math.min(low[yesterday]!, low[t]!);
      const touched = long ? low[t]! <= stop : high[t]! >= stop;
      if (touched) {
        stop = long ? Math.max(extreme, ceiling) : Math.min(extreme, floor);
        long = !long;
        factor = initial;
        extreme = long ? high[t]! : low[t]!;
      }
      stops[t] = stop;
      if (!touched && (long ? high[t]! > extreme : low[t]! < extreme)) {
        extreme = long ? high[t]! : low[t]!;
        factor = Math.min(factor + step_af, max_af);
      }
      stop += factor * (extreme - stop);
      stop = long ? Math.min(stop, floor) : Math.max(stop, ceiling);
    }
    return [stops];
  },
});
