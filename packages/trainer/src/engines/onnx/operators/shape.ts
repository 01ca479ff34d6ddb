import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/**
 * Reshapes a tensor.
 *
 * @param from the shape of `input`; -1 stands for the batch's length in both shapes
 */
export function reshape(tape: Tape, input: Value, from: readonly number[], to: readonly number[]): Value {
  const { graph } = tape;
  const output = graph.reshape(input, to);
  if (tape.needs(input)) {
    tape.record(output, (gradient) => tape.add(input, graph.reshape(gradient, from)));
  }
  return output;
}
