import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/** A `[1, n]` tensor of ones for a tensor of n rows. Only its shape is used. */
export function onesFor(tape: Tape, value: Value): Value {
  return filledFor(tape, value, 1, 1);
}

/** A `[rows, n]` tensor of one number for a tensor of n rows. Only its shape is used. */
export function filledFor({ graph }: Tape, value: Value, rows: number, number: number): Value {
  const columns = graph.node('Slice', [
    graph.node('Shape', [value]),
    graph.integers([0]),
    graph.integers([1]),
  ]);
  const shape = graph.node('Concat', [graph.integers([rows]), columns], { axis: 0 });
  return graph.node('Expand', [graph.scalar(number), shape]);
}
