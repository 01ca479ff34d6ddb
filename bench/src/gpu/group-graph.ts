import { type ModelSpec } from '@ktrdr/trainer';
import { Graph, parameterCount, parameterLayout, type Value } from '@ktrdr/trainer/testing';

export type MlpSpec = Extract<ModelSpec, { type: 'mlp' }>;

/** Decays of Adam's sums, as in the trainer's `Optimiser`. */
const [FIRST, SECOND] = [0.9, 0.999];

/**
 * One training step of many models as one ONNX graph: an mlp with relu and without dropout, cross-entropy, Adam. Each model has its
 * own rows, parameters and factors. A bias is added, and its gradient summed, in the order of the single graph, so a model gets the
 * same bytes as alone if no layer has more than 128 inputs.
 *
 * | input | shape |
 * | --- | --- |
 * | `features` | `[models, b, inputs]` |
 * | `targets`, `scales` | `[models, b, outputs]` |
 * | `ones` | `[models, 1, b]` |
 * | `descent`, `epsilon` | `[models, 1]` |
 * | `parameters`, `moment_0`, `moment_1` | `[models, parameters]` |
 *
 * Outputs: `outputs` `[models, b, outputs]`, `next_parameters`, `next_moment_0`, `next_moment_1`.
 *
 * @param mostParts as in `Graph`
 */
export function groupGraph(model: MlpSpec, models: number, mostParts?: number): Uint8Array {
  const graph = new Graph(mostParts);
  const layout = parameterLayout(model);
  const tensors = graph
    .split(
      'parameters',
      layout.map(({ size }) => size),
      1,
    )
    .map((part, at) => {
      const { shape, size } = layout[at]!;
      return graph.reshape(part, [models, ...(shape.length === 1 ? [1, size] : shape)]);
    });
  const kernels = tensors.filter((_, at) => at % 2 === 0);
  const biases = tensors.filter((_, at) => at % 2 === 1);

  const inputs: Value[] = ['features'];
  kernels.forEach((kernel, layer) => {
    const sum = graph.node('Add', [graph.node('MatMul', [inputs[layer]!, kernel]), biases[layer]!]);
    inputs.push(layer < kernels.length - 1 ? graph.node('Relu', [sum]) : sum);
  });
  const outputs = inputs.at(-1)!;

  const transposed = (value: Value): Value => graph.node('Transpose', [value], { perm: [0, 2, 1] });
  let slope = graph.node('Mul', [
    graph.node('Sub', [graph.node('Softmax', [outputs], { axis: 2 }), 'targets']),
    'scales',
  ]);
  const gradients: Value[] = [];
  for (let layer = kernels.length - 1; layer >= 0; layer -= 1) {
    const input = inputs[layer]!;
    gradients.unshift(
      graph.node('MatMul', [transposed(input), slope]),
      graph.node('MatMul', ['ones', slope]),
    );
    if (layer === 0) break;
    const isOn = graph.toFloat(graph.node('Greater', [input, graph.scalar(0)]));
    slope = graph.node('Mul', [graph.node('MatMul', [slope, transposed(kernels[layer]!)]), isOn]);
  }
  const gradient = graph.concat(
    gradients.map((value, at) => graph.reshape(value, [models, layout[at]!.size])),
    1,
  );

  const decayed = (sum: Value, decay: number, term: Value): Value =>
    graph.node('Add', [graph.node('Mul', [sum, graph.scalar(decay)]), term]);
  const first = decayed('moment_0', FIRST, gradient);
  const second = decayed('moment_1', SECOND, graph.node('Mul', [gradient, gradient]));
  const direction = graph.node('Div', [first, graph.node('Add', [graph.node('Sqrt', [second]), 'epsilon'])]);
  graph.output('outputs', outputs);
  graph.output(
    'next_parameters',
    graph.node('Add', [graph.node('Mul', [direction, 'descent']), 'parameters']),
  );
  graph.output('next_moment_0', first);
  graph.output('next_moment_1', second);

  const flat = [models, parameterCount(model)];
  const rows = (width: number): (number | string)[] => [models, 'rows', width];
  const state = (prefix: string): { name: string; shape: number[] }[] =>
    ['parameters', 'moment_0', 'moment_1'].map((name) => ({ name: `${prefix}${name}`, shape: flat }));
  return graph.encode(
    'training step of a group',
    [
      { name: 'features', shape: rows(model.inputs) },
      { name: 'targets', shape: rows(model.outputs) },
      { name: 'scales', shape: rows(model.outputs) },
      { name: 'ones', shape: [models, 1, 'rows'] },
      { name: 'descent', shape: [models, 1] },
      { name: 'epsilon', shape: [models, 1] },
      ...state(''),
    ],
    [{ name: 'outputs', shape: rows(model.outputs) }, ...state('next_')],
  );
}
