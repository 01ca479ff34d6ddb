import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/** Multiplies by a dropout mask of the same shape, with values 0 or 1 / (1 - rate). */
export function dropout(tape: Tape, input: Value, mask: Value): Value {
  const { graph } = tape;
  const output = graph.node('Mul', [input, mask]);
  tape.record(output, (gradient) => tape.add(input, graph.node('Mul', [gradient, mask])));
  return output;
}
