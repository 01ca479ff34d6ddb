import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/** `[1, n]` of 1 for a value of n rows, of which only the shape is looked at. */
export function onesFor(tape: Tape, value: Value): Value {
  return filledFor(tape, value, 1, 1);
}

/** `[rows, n]` of one number for a value of n rows, of which only the shape is looked at. */
export function filledFor({ graph }: Tape, value: Value, rows: number, number: number): Value {
  const columns = graph.node('Slice', [
    graph.node('Shape', [value]),
    graph.integers([0]),
    graph.integers([1]),
  ]);
  const shape = graph.node('Concat', [graph.integers([rows]), columns], { axis: 0 });
  return graph.node('Expand', [graph.scalar(number), shape]);
}
