import type { Decision } from '@ktrdr/contracts';
import type { DecisionSettings } from '@ktrdr/strategy';

/** Softmax of one row of logits, in double precision. */
export function softmax(logits: Float32Array): number[] {
  const greatest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = Array.from(logits, (value) => Math.exp(value - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** A regression's value above it means BUY, below minus it SELL; `null` for classes. */
export function edgeOf(decisions: DecisionSettings): number | null {
  return decisions.outputFormat === 'regression'
    ? decisions.roundTripCost * decisions.minEdgeMultiplier
    : null;
}

/** What a regression's value is worth after its costs. */
export function decideByValue(value: number, edge: number): Decision {
  if (value > edge) return 'BUY';
  return value < -edge ? 'SELL' : 'HOLD';
}

/** The likeliest signal, or HOLD where it is not likely enough; `null` for a class that is no signal. */
export function decideByClass(label: string, probability: number, threshold: number): Decision | null {
  if (label !== 'BUY' && label !== 'HOLD' && label !== 'SELL') return null;
  return probability < threshold ? 'HOLD' : label;
}
