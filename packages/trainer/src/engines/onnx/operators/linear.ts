import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/**
 * A linear layer: `input W + b`.
 *
 * @param input `[n, inputs]`
 * @param kernel `[inputs, units]`
 * @param bias `[1, units]`
 * @param ones `[1, n]`, all 1. A product with it gives column sums, several times faster than ReduceSum.
 * @returns `[n, units]`
 */
export function linear(tape: Tape, input: Value, kernel: Value, bias: Value, ones: Value): Value {
  const { graph } = tape;
  const output = graph.node('Gemm', [input, kernel, bias]);
  tape.record(output, (gradient) => {
    tape.add(kernel, graph.node('Gemm', [input, gradient], { transA: 1 }));
    tape.add(bias, columnSums(tape, gradient, ones));
    if (tape.needs(input)) tape.add(input, graph.node('Gemm', [gradient, kernel], { transB: 1 }));
  });
  return output;
}

/** `[n, units]` -> `[1, units]` */
export function columnSums({ graph }: Tape, value: Value, ones: Value): Value {
  return graph.node('Gemm', [ones, value]);
}
