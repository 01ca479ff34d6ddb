import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';
import {
  layerOutput,
  outputGradients,
  recurrentStart,
  sigmoidGates,
  sumOfProducts,
  transposed,
  type RecurrentOutput,
  type RecurrentShape,
  type RecurrentWeights,
} from './recurrent.js';

/** Values of a time step that the backward pass needs; `[units, n]` unless stated otherwise. */
interface Step {
  /** Input and 1: `[inputs + 1, n]`. */
  given: Value;
  /** Input, 1 and the previous hidden state: `[inputs + 1 + units, n]`. */
  columns: Value;
  reset: Value;
  update: Value;
  candidate: Value;
  /** Recurrent part of the candidate, before the reset gate. */
  candidateState: Value;
  /** `n - h`, with the previous hidden state h. */
  difference: Value;
  hidden: Value;
}

/** Derivatives with respect to the sums (pre-activations) of a step. */
interface StepGradient {
  /** Reset gate, update gate and the candidate's recurrent part, stacked: `[3 * units, n]`. */
  states: Value;
  /** The candidate's input part, `[units, n]`. */
  candidate: Value;
  /** Reset gate, update gate and the candidate's input part, each `[units, n]`. */
  inputs: Value[];
}

/**
 * GRU layer (Cho et al. 2014, with the reset gate after the product, as in PyTorch and cuDNN). The weights hold gates r, z and
 * candidate n in this order. `n = tanh(x_n + r * h_n)`, `h = (1 - z) * n + z * h`; h starts at 0.
 *
 * @param input `[steps * inputs, n]`: the steps stacked
 * @param features `[n, ...]`; only its length is used
 */
export function gru(
  tape: Tape,
  input: Value,
  features: Value,
  weights: RecurrentWeights,
  shape: RecurrentShape,
  output: RecurrentOutput,
): Value {
  const { graph } = tape;
  const mul = (a: Value, b: Value): Value => graph.node('Mul', [a, b]);
  const sub = (a: Value, b: Value): Value => graph.node('Sub', [a, b]);
  const { kernel, bias, recurrentKernel } = weights;
  const recurrentBias = weights.recurrentBias!;
  const { units } = shape;
  /** Weights as the steps use them: of the gates, and of the candidate. */
  const byUse = (...parts: Value[]): [Value, Value] =>
    graph.split(transposed(graph, graph.concat(parts, 0)), [2 * units, units], 0) as [Value, Value];
  const [gateWeights] = byUse(kernel, graph.node('Add', [bias, recurrentBias]), recurrentKernel);
  const [, candidateWeights] = byUse(kernel, bias);
  const [, stateWeights] = byUse(recurrentKernel);
  const [, stateBias] = byUse(recurrentBias);

  const { inputs, ones, state } = recurrentStart(tape, input, features, shape);
  const trace: Step[] = [];
  let hidden = state;
  for (const ofStep of inputs) {
    const before = hidden;
    const given = graph.concat([ofStep, ones], 0);
    const columns = graph.concat([given, before], 0);
    const [reset, update] = sigmoidGates(graph, gateWeights, columns, 2) as [Value, Value];
    const candidateState = graph.node('Gemm', [stateWeights, before, stateBias]);
    const candidate = graph.node('Tanh', [
      graph.node('Gemm', [candidateWeights, given, mul(reset, candidateState)]),
    ]);
    const difference = sub(candidate, before);
    hidden = sub(candidate, mul(update, difference));
    trace.push({ given, columns, reset, update, candidate, candidateState, difference, hidden });
  }
  const result = layerOutput(graph, trace, output);
  tape.record(result, (gradient) => {
    const above = outputGradients(tape, gradient, output, shape);
    const gradients = backpropagateSteps(tape, trace, recurrentKernel, above);
    addWeightGradients(tape, trace, weights, shape, gradients);
    if (tape.needs(input)) {
      const ofSteps = gradients.map((step) => graph.node('Gemm', [kernel, graph.concat(step.inputs, 0)]));
      tape.add(input, graph.concat(ofSteps, 0));
    }
  });
  return result;
}

function addWeightGradients(
  tape: Tape,
  trace: readonly Step[],
  weights: RecurrentWeights,
  { inputs, units }: RecurrentShape,
  gradients: readonly StepGradient[],
): void {
  const { graph } = tape;
  const ofColumns = sumOfProducts(
    graph,
    gradients.map((step) => step.states),
    trace.map((step) => step.columns),
  );
  const ofGiven = sumOfProducts(
    graph,
    gradients.map((step) => step.candidate),
    trace.map((step) => step.given),
  );
  const [byInput, byOne, byState] = graph.split(ofColumns, [inputs, 1, units], 1) as [Value, Value, Value];
  const candidate = graph.split(ofGiven, [inputs, 1], 1) as [Value, Value];
  /** The gradient of the candidate's input part differs from that of its recurrent part. */
  const withCandidate = (gradient: Value, part: Value): Value =>
    graph.concat([graph.split(gradient, [2 * units, units], 0)[0]!, part], 0);
  tape.add(weights.kernel, transposed(graph, withCandidate(byInput, candidate[0])));
  tape.add(weights.bias, transposed(graph, withCandidate(byOne, candidate[1])));
  tape.add(weights.recurrentKernel, transposed(graph, byState));
  tape.add(weights.recurrentBias!, transposed(graph, byOne));
}

/**
 * Derivatives with respect to each step's sums. `dh` is the derivative with respect to the step's hidden state; `d = n - h` with the
 * previous hidden state h; `k = dh * z`. Then `dn = (dh - k) * (1 - n * n)`, `dz = k * d * z - k * d`,
 * `dr = dn * h_n * (r - r * r)`, and the derivative with respect to `h_n` is `dn * r`. The previous hidden state gets `k`.
 */
function backpropagateSteps(
  { graph }: Tape,
  trace: readonly Step[],
  recurrentKernel: Value,
  fromAbove: readonly (Value | null)[],
): StepGradient[] {
  const mul = (a: Value, b: Value): Value => graph.node('Mul', [a, b]);
  const sub = (a: Value, b: Value): Value => graph.node('Sub', [a, b]);
  const gradients: StepGradient[] = [];
  let carried: Value | null = null;
  for (let at = trace.length - 1; at >= 0; at -= 1) {
    const { reset, update, candidate, candidateState, difference } = trace[at]!;
    const above = fromAbove[at] ?? null;
    let ofHidden: Value = above!;
    if (carried !== null) {
      const sum: Value = above === null ? carried : graph.node('Add', [carried, above]);
      ofHidden = graph.node('Gemm', [recurrentKernel, gradients[0]!.states, sum]);
    }
    carried = mul(ofHidden, update);
    const passed = sub(ofHidden, carried);
    const ofCandidate = sub(passed, mul(passed, mul(candidate, candidate)));
    const ofState = mul(ofCandidate, reset);
    const throughReset = mul(ofState, candidateState);
    const ofReset = sub(throughReset, mul(throughReset, reset));
    const throughUpdate = mul(carried, difference);
    const ofUpdate = sub(mul(throughUpdate, update), throughUpdate);
    gradients.unshift({
      states: graph.concat([ofReset, ofUpdate, ofState], 0),
      candidate: ofCandidate,
      inputs: [ofReset, ofUpdate, ofCandidate],
    });
  }
  return gradients;
}
