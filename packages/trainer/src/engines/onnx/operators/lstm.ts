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
  /** Input, previous hidden state and 1: `[inputs + units + 1, n]`. */
  columns: Value;
  input: Value;
  forget: Value;
  output: Value;
  candidate: Value;
  /** `i * g` */
  added: Value;
  /** `f * c`, with the previous cell state c. */
  kept: Value;
  squashedCell: Value;
  hidden: Value;
}

/**
 * LSTM layer (Hochreiter and Schmidhuber 1997, with a forget gate, as in PyTorch). The weights hold gates i, f, o and candidate g
 * in this order. `c = f * c + i * g`, `h = o * tanh(c)`; c and h start at 0.
 *
 * @param input `[steps * inputs, n]`: the steps stacked
 * @param features `[n, ...]`; only its length is used
 */
export function lstm(
  tape: Tape,
  input: Value,
  features: Value,
  weights: RecurrentWeights,
  shape: RecurrentShape,
  output: RecurrentOutput,
): Value {
  const { graph } = tape;
  const { kernel, bias, recurrentKernel } = weights;
  const mul = (a: Value, b: Value): Value => graph.node('Mul', [a, b]);
  const [gateWeights, candidateWeights] = graph.split(
    transposed(graph, graph.concat([kernel, recurrentKernel, bias], 0)),
    [3 * shape.units, shape.units],
    0,
  ) as [Value, Value];
  const { inputs: given, ones, state } = recurrentStart(tape, input, features, shape);
  const trace: Step[] = [];
  let hidden = state;
  let cell = state;
  for (const ofStep of given) {
    const columns = graph.concat([ofStep, hidden, ones], 0);
    const [inputGate, forget, outputGate] = sigmoidGates(graph, gateWeights, columns, 3) as [
      Value,
      Value,
      Value,
    ];
    const candidate = graph.node('Tanh', [graph.node('Gemm', [candidateWeights, columns])]);
    const added = mul(inputGate, candidate);
    const kept = mul(forget, cell);
    cell = graph.node('Add', [kept, added]);
    const squashedCell = graph.node('Tanh', [cell]);
    hidden = mul(outputGate, squashedCell);
    trace.push({
      columns,
      input: inputGate,
      forget,
      output: outputGate,
      candidate,
      added,
      kept,
      squashedCell,
      hidden,
    });
  }
  const result = layerOutput(graph, trace, output);
  tape.record(result, (gradient) => {
    const { inputs, units } = shape;
    const gradients = backpropagateSteps(
      tape,
      trace,
      recurrentKernel,
      outputGradients(tape, gradient, output, shape),
    );
    const columns = trace.map((step) => step.columns);
    const parts = graph.split(sumOfProducts(graph, gradients, columns), [inputs, units, 1], 1);
    [kernel, recurrentKernel, bias].forEach((weight, index) =>
      tape.add(weight, transposed(graph, parts[index]!)),
    );
    if (tape.needs(input)) {
      const ofSteps = gradients.map((ofSums) => graph.node('Gemm', [kernel, ofSums]));
      tape.add(input, graph.concat(ofSteps, 0));
    }
  });
  return result;
}

/**
 * Derivatives with respect to each step's sums before the gates, `[4 * units, n]`. `dh` and `dc` are the derivatives with respect to
 * the step's hidden state and cell state; `p = i * g`; `k = f * c` with the previous cell state c. Then
 * `di = dc * (p - p * i)`, `df = dc * (k - k * f)`, `dg = dc * (i - p * g)`, `do = dh * (h - h * o)`.
 * The hidden state adds `dh * (o - h * tanh(c))` to `dc`. The previous cell state gets `dc * f`.
 */
function backpropagateSteps(
  { graph }: Tape,
  trace: readonly Step[],
  recurrentKernel: Value,
  fromAbove: readonly (Value | null)[],
): Value[] {
  const mul = (a: Value, b: Value): Value => graph.node('Mul', [a, b]);
  /** `a - b * c` */
  const less = (a: Value, b: Value, c: Value): Value => graph.node('Sub', [a, mul(b, c)]);
  const gradients: Value[] = [];
  let carried: Value | null = null;
  for (let at = trace.length - 1; at >= 0; at -= 1) {
    const { input, forget, output, candidate, added, kept, squashedCell, hidden } = trace[at]!;
    const later = gradients[0];
    const above = fromAbove[at] ?? null;
    const ofHidden: Value =
      later === undefined
        ? above!
        : graph.node('Gemm', [recurrentKernel, later, ...(above === null ? [] : [above])]);
    const throughHidden = mul(ofHidden, less(output, hidden, squashedCell));
    const ofCell: Value = carried === null ? throughHidden : graph.node('Add', [carried, throughHidden]);
    const ofSums = [
      mul(ofCell, less(added, added, input)),
      mul(ofCell, less(kept, kept, forget)),
      mul(ofHidden, less(hidden, hidden, output)),
      mul(ofCell, less(input, added, candidate)),
    ];
    gradients.unshift(graph.concat(ofSums, 0));
    carried = mul(ofCell, forget);
  }
  return gradients;
}
