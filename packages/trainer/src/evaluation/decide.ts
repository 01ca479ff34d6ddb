import { Signals } from '@ktrdr/backtest';
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
  if (!isDecision(label)) return null;
  return probability < threshold ? 'HOLD' : label;
}

/**
 * The decision for each row, as a backtest takes them: {@link decideByValue} or {@link decideByClass}. A row whose outputs are not finite
 * is HOLD.
 *
 * @param outputs `[rows, outputs]`: logits, or the values of a regression
 * @returns `[rows]`; `null` if the classes are not signals
 */
export function signalsOf(
  outputs: Float32Array,
  classes: readonly string[],
  decisions: DecisionSettings,
): Int8Array | null {
  if (decisions.outputFormat === 'regression') {
    const edge = edgeOf(decisions)!;
    return Int8Array.from(outputs, (value) =>
      Number.isFinite(value) ? Signals[decideByValue(value, edge)] : Signals.HOLD,
    );
  }
  const signals = classes.map((label) => (isDecision(label) ? Signals[label] : null));
  if (signals.some((signal) => signal === null)) return null;
  const width = classes.length;
  const decided = new Int8Array(outputs.length / width);
  const threshold = decisions.confidenceThreshold;
  for (let row = 0; row < decided.length; row += 1) {
    const from = row * width;
    let likeliest = 0;
    for (let at = 1; at < width; at += 1)
      if (outputs[from + at]! > outputs[from + likeliest]!) likeliest = at;
    let finite = true;
    let sum = 0;
    for (let at = 0; at < width; at += 1) {
      finite &&= Number.isFinite(outputs[from + at]!);
      sum += Math.exp(outputs[from + at]! - outputs[from + likeliest]!);
    }
    if (finite && 1 / sum >= threshold) decided[row] = signals[likeliest]!;
  }
  return decided;
}

function isDecision(label: string): label is Decision {
  return label === 'BUY' || label === 'HOLD' || label === 'SELL';
}
