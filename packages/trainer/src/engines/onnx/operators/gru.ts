import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';
import { sigmoidSlope, tanhSlope } from './activation.js';
import {
  backpropagateWeights,
  inputGates,
  outputGradients,
  type RecurrentOutput,
  type RecurrentShape,
  type RecurrentWeights,
} from './recurrent.js';

/** What a step leaves for the backward pass. */
interface Step {
  /** Reset and update gate side by side. */
  gates: Value;
  reset: Value;
  update: Value;
  candidate: Value;
  /** Recurrent part of the candidate, before the reset gate. */
  candidateState: Value;
  /** `null`: all 0, before the first step. */
  hiddenBefore: Value | null;
  hidden: Value;
}

/**
 * GRU layer (Cho et al. 2014, with the reset gate after the product, as PyTorch's and cuDNN's): with gates r, z and
 * candidate n side by side in this order, `n = tanh(x_n + r * h_n)`, `h = (1 - z) * n + z * h`, from 0.
 *
 * @param input `[steps * n, inputs]`, step after step
 * @param ones `[1, steps * n]`
 */
export function gru(
  tape: Tape,
  input: Value,
  weights: RecurrentWeights,
  { steps, units }: RecurrentShape,
  ones: Value,
  output: RecurrentOutput,
): Value {
  const { graph } = tape;
  const recurrentBias = weights.recurrentBias!;
  const trace: Step[] = [];
  for (const fromInput of inputGates(tape, input, weights, steps)) {
    const hiddenBefore: Value | null = trace.at(-1)?.hidden ?? null;
    const [gatesInput, candidateInput] = graph.split(fromInput, [2 * units, units], 1) as [Value, Value];
    const [gatesState, candidateState] =
      hiddenBefore === null
        ? (graph.split(recurrentBias, [2 * units, units], 1) as [Value, Value])
        : (graph.split(
            graph.node('Gemm', [hiddenBefore, weights.recurrentKernel, recurrentBias]),
            [2 * units, units],
            1,
          ) as [Value, Value]);
    const gates = graph.node('Sigmoid', [graph.node('Add', [gatesInput, gatesState])]);
    const [reset, update] = graph.splitEqually(gates, 2, 1) as [Value, Value];
    const candidate = graph.node('Tanh', [
      graph.node('Add', [candidateInput, graph.node('Mul', [reset, candidateState])]),
    ]);
    const kept =
      hiddenBefore === null
        ? graph.node('Mul', [update, candidate])
        : graph.node('Mul', [update, graph.node('Sub', [candidate, hiddenBefore])]);
    const hidden = graph.node('Sub', [candidate, kept]);
    trace.push({ gates, reset, update, candidate, candidateState, hiddenBefore, hidden });
  }
  const states = trace.map(({ hidden }) => hidden);
  const result = output === 'last' ? states.at(-1)! : graph.concat(states, 0);
  tape.record(result, (gradient) => {
    const { ofInput, ofState } = backpropagateSteps(
      tape,
      trace,
      weights,
      outputGradients(tape, gradient, output, steps),
    );
    backpropagateWeights(tape, input, weights, states, ofInput, ofState, ones);
  });
  return result;
}

/** Derivative by the input part and by the recurrent part of each step's sums, `[n, 3 * units]`. */
function backpropagateSteps(
  tape: Tape,
  trace: readonly Step[],
  { recurrentKernel }: RecurrentWeights,
  fromAbove: readonly (Value | null)[],
): { ofInput: Value[]; ofState: Value[] } {
  const { graph } = tape;
  const mul = (a: Value, b: Value): Value => graph.node('Mul', [a, b]);
  const ofInput: Value[] = [];
  const ofState: Value[] = [];
  /** What reaches a step's hidden state past the gates of the next step. */
  let carried: Value | null = null;
  for (let at = trace.length - 1; at >= 0; at -= 1) {
    const step = trace[at]!;
    const above = fromAbove[at] ?? null;
    let ofHidden: Value = above!;
    if (carried !== null) {
      const sum: Value = above === null ? carried : graph.node('Add', [carried, above]);
      ofHidden = graph.node('Gemm', [ofState[0]!, recurrentKernel, sum], { transB: 1 });
    }
    const keptPart: Value = mul(ofHidden, step.update);
    const ofCandidate = mul(graph.node('Sub', [ofHidden, keptPart]), tanhSlope(tape, step.candidate));
    const difference: Value =
      step.hiddenBefore === null
        ? graph.node('Neg', [step.candidate])
        : graph.node('Sub', [step.hiddenBefore, step.candidate]);
    const ofGates = mul(
      graph.concat([mul(ofCandidate, step.candidateState), mul(ofHidden, difference)], 1),
      sigmoidSlope(tape, step.gates),
    );
    ofInput.unshift(graph.concat([ofGates, ofCandidate], 1));
    ofState.unshift(graph.concat([ofGates, mul(ofCandidate, step.reset)], 1));
    carried = keptPart;
  }
  return { ofInput, ofState };
}
