import type { Graph, Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';
import { filledFor, onesFor } from './ones.js';

/*
 * Recurrent layers keep the batch in the columns: a step's input is `[inputs, n]`, its hidden state `[units, n]`, and a
 * sequence has its steps below each other, so that steps and gates are contiguous. A product of weights `[units, k]` and
 * columns `[k, n]` gives one gate; a product for each gate is faster than one for all, which would have to be cut up.
 */

/** Sizes of a recurrent layer. */
export interface RecurrentShape {
  inputs: number;
  steps: number;
  /** Hidden units; n is the batch's rows. */
  units: number;
}

/** Of a gru, `recurrentBias` is added to the product with the hidden state. Gates stand side by side in the columns. */
export interface RecurrentWeights {
  /** `[inputs, gates * units]` */
  kernel: Value;
  /** `[units, gates * units]` */
  recurrentKernel: Value;
  /** `[1, gates * units]` */
  bias: Value;
  recurrentBias?: Value;
}

/** Which hidden states a layer gives: `[steps * units, n]`, step below step, or the last one's `[units, n]`. */
export type RecurrentOutput = 'all' | 'last';

/** What a recurrent layer starts from. */
export interface RecurrentStart {
  /** For each step `[inputs + 1, n]`: its input x above a row of 1, which biases are multiplied by. */
  inputs: Value[];
  /** Hidden state before the first step, 0: `[units, n]`. */
  state: Value;
}

/**
 * Steps whose weight gradients are one product: one product a step is slower, and so is one for all, whose operands no
 * longer are in the cache.
 */
const STEPS_AT_ONCE = 5;

/**
 * @param input `[steps * inputs, n]`
 * @param features `[n, ...]`, of which only the length is looked at
 */
export function recurrentStart(
  tape: Tape,
  input: Value,
  features: Value,
  { steps, units }: RecurrentShape,
): RecurrentStart {
  const { graph } = tape;
  const ones = onesFor(tape, features);
  return {
    inputs: graph.splitEqually(input, steps, 0).map((given) => graph.concat([given, ones], 0)),
    state: filledFor(tape, features, units, 0),
  };
}

/** `[n, k]` -> `[k, n]` and back. */
export function transposed(graph: Graph, value: Value): Value {
  return graph.node('Transpose', [value], { perm: [1, 0] });
}

/** Derivative by each step's hidden state as it comes from above; `null` where nothing does. */
export function outputGradients(
  { graph }: Tape,
  gradient: Value,
  output: RecurrentOutput,
  steps: number,
): (Value | null)[] {
  if (output === 'all') return graph.splitEqually(gradient, steps, 0);
  return [...Array.from({ length: steps - 1 }, () => null), gradient];
}

/**
 * Derivative by weights that are used in every step: the sum of `columns gradient'` over all steps.
 *
 * @param columns what the weights were multiplied by in each step, `[k, n]`
 * @param gradients derivative by the products, `[m, n]`
 * @returns `[k, m]`
 */
export function sumOfProducts(graph: Graph, columns: readonly Value[], gradients: readonly Value[]): Value {
  let sum: Value[] = [];
  for (let end = columns.length; end > 0; end -= STEPS_AT_ONCE) {
    const start = Math.max(0, end - STEPS_AT_ONCE);
    const [left, right] = [columns, gradients].map((values) => graph.concat(values.slice(start, end), 1)) as [
      Value,
      Value,
    ];
    sum = [graph.node('Gemm', [left, right, ...sum], { transB: 1 })];
  }
  return sum[0]!;
}
