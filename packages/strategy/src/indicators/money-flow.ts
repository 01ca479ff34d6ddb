import type { BarColumns } from './indicator.js';

/** Chaikin's money flow multiplier: position of the close in its bar, -1..1; 0 for a bar without a range. */
export function moneyFlowMultipliers({ high, low, close, length }: BarColumns): Float64Array {
  const multipliers = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const range = high[t]! - low[t]!;
    if (range > 0) multipliers[t] = (close[t]! - low[t]! - (high[t]! - close[t]!)) / range;
  }
  return multipliers;
}

/** Money flow volume: multiplier x volume. */
export function moneyFlowVolumes(multipliers: Float64Array, volume: Float64Array): Float64Array {
  const volumes = new Float64Array(volume.length);
  for (let t = 0; t < volume.length; t++) volumes[t] = multipliers[t]! * volume[t]!;
  return volumes;
}
