import type { ValueLabels } from './labels.js';

/** Forward return (C(t+H) - C(t)) / C(t). The last H bars have no value. e(t) = t + H. */
export function forwardReturn(close: Float64Array, horizon: number): ValueLabels {
  const value = new Float64Array(close.length).fill(Number.NaN);
  const end = new Int32Array(close.length).fill(-1);
  for (let t = 0; t < close.length - horizon; t++) {
    value[t] = (close[t + horizon]! - close[t]!) / close[t]!;
    end[t] = t + horizon;
  }
  return { output: 'regression', value, end };
}
