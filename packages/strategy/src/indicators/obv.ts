import { defineIndicator } from './indicator.js';

/**
 * On-balance volume: adds the volume on a higher close and subtracts it on a lower one. TA-Lib: OBV, which starts with
 * the first volume.
 */
export const obv = defineIndicator({
  type: 'obv',
  summary: 'On-balance volume: volume of rising minus volume of falling closes, added up',
  aliases: { onbalancevolume: {} },
  parameters: {},
  parameterAliases: {},
  outputs: ['obv'],
  lookback: () => 0,
  compute({ close, volume, length }) {
    const balance = new Float64Array(length);
    let sum = volume[0] ?? 0;
    if (length > 0) balance[0] = sum;
    for (let t = 1; t < length; t++) {
      if (close[t]! > close[t - 1]!) sum += volume[t]!;
      else if (close[t]! < close[t - 1]!) sum -= volume[t]!;
      balance[t] = sum;
    }
    return [balance];
  },
});
