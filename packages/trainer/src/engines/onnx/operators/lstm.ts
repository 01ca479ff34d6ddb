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
  /** Input, forget and output gate side by side. */
  gates: Value;
  input: Value;
  forget: Value;
  output: Value;
  candidate: Value;
  /** `null`: all 0, before the first step. */
  cellBefore: Value | null;
  squashedCell: Value;
  hidden: Value;
}

/**
 * LSTM layer (Hochreiter and Schmidhuber 1997, with forget gate, as PyTorch's): with gates i, f, o and candidate g side by side in this order,
 * `c = f * c + i * g`, `h = o * tanh(c)`, from 0.
 *
 * @param input `[steps * n, inputs]`, step after step
 * @param ones `[1, steps * n]`
 */
export function lstm(
  tape: Tape,
  input: Value,
  weights: RecurrentWeights,
  { steps, units }: RecurrentShape,
  ones: Value,
  output: RecurrentOutput,
): Value {
  const { graph } = tape;
  const trace: Step[] = [];
  let cell: Value | null = null;
  for (const fromInput of inputGates(tape, input, weights, steps)) {
    const before = trace.at(-1);
    const sums =
      before === undefined
        ? fromInput
        : graph.node('Gemm', [before.hidden, weights.recurrentKernel, fromInput]);
    const [gateSums, candidateSums] = graph.split(sums, [3 * units, units], 1) as [Value, Value];
    const gates = graph.node('Sigmoid', [gateSums]);
    const [inputGate, forget, outputGate] = graph.splitEqually(gates, 3, 1) as [Value, Value, Value];
    const candidate = graph.node('Tanh', [candidateSums]);
    const added = graph.node('Mul', [inputGate, candidate]);
    const cellBefore: Value | null = cell;
    cell = cellBefore === null ? added : graph.node('Add', [graph.node('Mul', [forget, cellBefore]), added]);
    const squashedCell = graph.node('Tanh', [cell]);
    const hidden = graph.node('Mul', [outputGate, squashedCell]);
    trace.push({
      gates,
      input: inputGate,
      forget,
      output: outputGate,
      candidate,
      cellBefore,
      squashedCell,
      hidden,
    });
  }
  const states = trace.map(({ hidden }) => hidden);
  const result = output === 'last' ? states.at(-1)! : graph.concat(states, 0);
  tape.record(result, (gradient) => {
    const gradients = backpropagateSteps(
      tape,
      trace,
      weights,
      outputGradients(tape, gradient, output, steps),
    );
    backpropagateWeights(tape, input, weights, states, gradients, gradients, ones);
  });
  return result;
}

/** Derivative by each step's sums before the gates, `[n, 4 * units]`. */
function backpropagateSteps(
  tape: Tape,
  trace: readonly Step[],
  { recurrentKernel }: RecurrentWeights,
  fromAbove: readonly (Value | null)[],
): Value[] {
  const { graph } = tape;
  const mul = (a: Value, b: Value): Value => graph.node('Mul', [a, b]);
  const gradients: Value[] = [];
  let ofCellAfter: Value | null = null;
  for (let at = trace.length - 1; at >= 0; at -= 1) {
    const step = trace[at]!;
    const later = gradients[0];
    const above = fromAbove[at] ?? null;
    const ofHidden: Value =
      later === undefined
        ? above!
        : graph.node('Gemm', [later, recurrentKernel, ...(above === null ? [] : [above])], { transB: 1 });
    const throughHidden = mul(mul(ofHidden, step.output), tanhSlope(tape, step.squashedCell));
    const ofCell: Value =
      ofCellAfter === null ? throughHidden : graph.node('Add', [ofCellAfter, throughHidden]);
    const ofForget =
      step.cellBefore === null ? graph.node('Sub', [step.forget, step.forget]) : mul(ofCell, step.cellBefore);
    const ofGates = graph.concat(
      [mul(ofCell, step.candidate), ofForget, mul(ofHidden, step.squashedCell)],
      1,
    );
    const ofCandidate = mul(mul(ofCell, step.input), tanhSlope(tape, step.candidate));
    gradients.unshift(graph.concat([mul(ofGates, sigmoidSlope(tape, step.gates)), ofCandidate], 1));
    ofCellAfter = step.cellBefore === null ? null : mul(ofCell, step.forget);
  }
  return gradients;
}
