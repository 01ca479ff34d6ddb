import type { Graph, Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';
import { filledFor, onesFor } from './ones.js';

/*
 * Recurrent layers keep the batch in the columns: a step's input is `[inputs, n]`, its hidden state `[units, n]`, and a
 * sequence has its steps below each other, so that steps and gates are contiguous. One product of the weights with the
 * input, the hidden state and a row of 1 for the biases below each other gives the sums before the gates.
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
  /** Each step's input, `[inputs, n]`. */
  inputs: Value[];
  /** `[1, n]` of 1 */
  ones: Value;
  /** Hidden state before the first step, 0: `[units, n]`. */
  state: Value;
}

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
  return {
    inputs: tape.graph.splitEqually(input, steps, 0),
    ones: onesFor(tape, features),
    state: filledFor(tape, features, units, 0),
  };
}

/**
 * Gates with a sigmoid, which ONNX Runtime computes in the same pass as the product.
 *
 * @param weights `[count * units, k]`
 * @param columns `[k, n]`
 * @returns each `[units, n]`
 */
export function sigmoidGates(graph: Graph, weights: Value, columns: Value, count: number): Value[] {
  const gates = graph.node('Sigmoid', [graph.node('Gemm', [weights, columns])]);
  return graph.splitEqually(gates, count, 0);
}

/** `[n, k]` -> `[k, n]` and back. */
export function transposed(graph: Graph, value: Value): Value {
  return graph.node('Transpose', [value], { perm: [1, 0] });
}

/** A layer's output of its hidden states after each step. */
export function layerOutput(
  graph: Graph,
  trace: readonly { hidden: Value }[],
  output: RecurrentOutput,
): Value {
  const states = trace.map(({ hidden }) => hidden);
  return output === 'last' ? states.at(-1)! : graph.concat(states, 0);
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
 * Derivative by weights that are used in every step: `gradient columns'`, added up over all steps. One large product is
 * faster than one a step; the columns are the operand to be transposed, as they are the smaller one.
 *
 * @param gradients derivative by the products, `[m, n]`
 * @param columns what the weights were multiplied by in each step, `[k, n]`
 * @returns `[m, k]`: transposed, as the weights of the products are
 */
export function sumOfProducts(graph: Graph, gradients: readonly Value[], columns: readonly Value[]): Value {
  return graph.node('Gemm', [graph.concat(gradients, 1), graph.concat(columns, 1)], { transB: 1 });
}
