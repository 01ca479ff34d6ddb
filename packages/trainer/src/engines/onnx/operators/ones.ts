import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/** `[1, n]` of 1 for a value of n rows, of which only the shape is looked at. */
export function onesFor({ graph }: Tape, value: Value): Value {
  const rows = graph.node('Slice', [graph.node('Shape', [value]), graph.integers([0]), graph.integers([1])]);
  const shape = graph.node('Concat', [graph.integers([1]), rows], { axis: 0 });
  return graph.node('Expand', [graph.scalar(1), shape]);
}
