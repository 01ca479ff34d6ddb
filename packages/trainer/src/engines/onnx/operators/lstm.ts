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

/** What a step leaves for the backward pass, each `[units, n]` where nothing else is said. */
interface Step {
  /** Input, hidden state before and 1: `[inputs + units + 1, n]`. */
  columns: Value;
  input: Value;
  forget: Value;
  output: Value;
  candidate: Value;
  /** `i * g` */
  added: Value;
  /** `f * c` of the cell before. */
  kept: Value;
  squashedCell: Value;
  hidden: Value;
}

/**
 * LSTM layer (Hochreiter and Schmidhuber 1997, with forget gate, as PyTorch's): with gates i, f, o and candidate g side by
 * side in this order, `c = f * c + i * g`, `h = o * tanh(c)`, from 0.
 *
 * @param input `[steps * inputs, n]`, step below step
 * @param features `[n, ...]`, of which only the length is looked at
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
    const { inputs, steps, units } = shape;
    const gradients = backpropagateSteps(
      tape,
      trace,
      recurrentKernel,
      outputGradients(tape, gradient, output, steps),
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
 * Derivative by each step's sums before the gates, `[4 * units, n]`. From the derivatives `dh` and `dc` by a step's hidden
 * state and cell follow those by its sums, with `p = i * g` and `k = f * c` of the cell before:
 * `di = dc * (p - p * i)`, `df = dc * (k - k * f)`, `dg = dc * (i - p * g)`, `do = dh * (h - h * o)`;
 * the cell gets `dh * (o - h * tanh(c))` from the hidden state, and `dc * f` goes on to the cell before.
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
