import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';
import { columnSums } from './linear.js';

/** Sizes of a recurrent layer. */
export interface RecurrentShape {
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

/** Which hidden states a layer gives: `[steps * n, units]`, step after step, or the last one's `[n, units]`. */
export type RecurrentOutput = 'all' | 'last';

/** Input part of all steps' gates in one product. @returns for each step `[n, gates * units]` */
export function inputGates(
  { graph }: Tape,
  input: Value,
  { kernel, bias }: RecurrentWeights,
  steps: number,
): Value[] {
  return graph.splitEqually(graph.node('Gemm', [input, kernel, bias]), steps, 0);
}

/**
 * Adds up what a layer's weights get from all steps at once: one large product is much faster than one a step.
 *
 * @param input `[steps * n, inputs]`
 * @param states hidden states after each step
 * @param inputGradients derivative by each step's input part, `[n, gates * units]`
 * @param stateGradients by each step's recurrent part
 * @param ones `[1, steps * n]`
 */
export function backpropagateWeights(
  tape: Tape,
  input: Value,
  weights: RecurrentWeights,
  states: readonly Value[],
  inputGradients: readonly Value[],
  stateGradients: readonly Value[],
  ones: Value,
): void {
  const { graph } = tape;
  const ofInput = graph.concat(inputGradients, 0);
  const isSame = inputGradients === stateGradients;
  const ofState = isSame ? ofInput : graph.concat(stateGradients, 0);
  // Before the first step the state is 0.
  const none = graph.node('Sub', [states[0]!, states[0]!]);
  const before = graph.concat([none, ...states.slice(0, -1)], 0);
  tape.add(weights.kernel, graph.node('Gemm', [input, ofInput], { transA: 1 }));
  tape.add(weights.recurrentKernel, graph.node('Gemm', [before, ofState], { transA: 1 }));
  tape.add(weights.bias, columnSums(tape, ofInput, ones));
  if (weights.recurrentBias !== undefined) {
    tape.add(weights.recurrentBias, columnSums(tape, ofState, ones));
  }
  if (tape.needs(input)) {
    tape.add(input, graph.node('Gemm', [ofInput, weights.kernel], { transB: 1 }));
  }
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
