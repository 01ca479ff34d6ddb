import type { Graph, Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';
import { filledFor, onesFor } from './ones.js';

/*
 * Recurrent layers keep the batch in the columns: a step's input is `[inputs, n]`, its hidden state `[units, n]`. A sequence is the
 * stack of its steps, so that steps and gates are contiguous. One product computes the sums before the gates: the weights times the
 * stack of the input, the hidden state and a row of ones for the biases.
 */

/** Sizes of a recurrent layer. */
export interface RecurrentShape {
  inputs: number;
  steps: number;
  /** Hidden units. In the shapes below, n is the number of rows in the batch. */
  units: number;
}

/** Parameters of a layer. Each gate has its own block of columns. Only a GRU has `recurrentBias`, added to the product with the hidden state. */
export interface RecurrentWeights {
  /** `[inputs, gates * units]` */
  kernel: Value;
  /** `[units, gates * units]` */
  recurrentKernel: Value;
  /** `[1, gates * units]` */
  bias: Value;
  recurrentBias?: Value;
}

/** The hidden states that a layer returns: all steps stacked, `[steps * units, n]`, or the last step's, `[units, n]`. */
export type RecurrentOutput = 'all' | 'last';

/** Inputs and initial state of a recurrent layer. */
export interface RecurrentStart {
  /** Each step's input, `[inputs, n]`. */
  inputs: Value[];
  /** `[1, n]`, all 1. */
  ones: Value;
  /** Hidden state before the first step, all 0: `[units, n]`. */
  state: Value;
}

/**
 * @param input `[steps * inputs, n]`
 * @param features `[n, ...]`; only its length is used
 */
export function recurrentStart(
  tape: Tape,
  input: Value,
  features: Value,
  { inputs, steps, units }: RecurrentShape,
): RecurrentStart {
  return {
    inputs: tape.graph.splitEqually(input, steps, 0, inputs),
    ones: onesFor(tape, features),
    state: filledFor(tape, features, units, 0),
  };
}

/**
 * Gates with a sigmoid. ONNX Runtime fuses it with the product.
 *
 * @param weights `[count * units, k]`
 * @param columns `[k, n]`
 * @returns each `[units, n]`
 */
export function sigmoidGates(graph: Graph, weights: Value, columns: Value, count: number): Value[] {
  const gates = graph.node('Sigmoid', [graph.node('Gemm', [weights, columns])]);
  return graph.splitEqually(gates, count, 0);
}

/** `[n, k]` -> `[k, n]`, and back. */
export function transposed(graph: Graph, value: Value): Value {
  return graph.node('Transpose', [value], { perm: [1, 0] });
}

/** A layer's output, from its hidden states after each step. */
export function layerOutput(
  graph: Graph,
  trace: readonly { hidden: Value }[],
  output: RecurrentOutput,
): Value {
  const states = trace.map(({ hidden }) => hidden);
  return output === 'last' ? states.at(-1)! : graph.concat(states, 0);
}

/** The derivative that the layer above passes to each step's hidden state; `null` if it passes none. */
export function outputGradients(
  { graph }: Tape,
  gradient: Value,
  output: RecurrentOutput,
  { steps, units }: RecurrentShape,
): (Value | null)[] {
  if (output === 'all') return graph.splitEqually(gradient, steps, 0, units);
  return [...Array.from({ length: steps - 1 }, () => null), gradient];
}

/**
 * The derivative with respect to weights that every step uses: the sum of `gradient columns'` over all steps. Each step's product is added
 * to the sum so far. One product for all steps would need all operands side by side, and copying them takes longer than
 * the product. The columns are transposed because they are smaller.
 *
 * @param gradients derivatives with respect to each step's product, `[m, n]`
 * @param columns the right operand of each step's product, `[k, n]`
 * @returns `[m, k]`: the shape of the weights in the products
 */
export function sumOfProducts(graph: Graph, gradients: readonly Value[], columns: readonly Value[]): Value {
  const product = (step: number, sum: readonly Value[]): Value =>
    graph.node('Gemm', [gradients[step]!, columns[step]!, ...sum], { transB: 1 });
  return gradients.slice(1).reduce((sum, _, at) => product(at + 1, [sum]), product(0, []));
}
