import type { Decision } from '@ktrdr/contracts';
import type { DecisionSettings } from '@ktrdr/strategy';

/** Softmax of one row of logits `[classes]`, in double precision. */
export function softmax(logits: Float32Array): number[] {
  const greatest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = Array.from(logits, (value) => Math.exp(value - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The threshold for a regression: a value above it means BUY, a value below its negative SELL. `null` for a classification. */
export function edgeOf(decisions: DecisionSettings): number | null {
  return decisions.outputFormat === 'regression'
    ? decisions.roundTripCost * decisions.minEdgeMultiplier
    : null;
}

/** The decision for a regression's value, after costs. */
export function decideByValue(value: number, edge: number): Decision {
  if (value > edge) return 'BUY';
  return value < -edge ? 'SELL' : 'HOLD';
}

/** The decision for the most probable class: HOLD if its probability is below the threshold, `null` if the class is not a signal. */
export function decideByClass(label: string, probability: number, threshold: number): Decision | null {
  if (label !== 'BUY' && label !== 'HOLD' && label !== 'SELL') return null;
  return probability < threshold ? 'HOLD' : label;
}
