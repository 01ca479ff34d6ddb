import { inputWidth, parameterCount, parameterLayout, type ModelSpec } from '../../network/model-spec.js';
import { Graph } from './graph/graph.js';
import { Tape } from './graph/tape.js';
import { buildNetwork } from './networks/network.js';
import { parameterTensors } from './training-graph.js';

/** The graph that computes a network's outputs for given parameters: `features` `[n, input width]`, `parameters` `[1, parameters]` -> `outputs` `[n, outputs]`. `mostParts` as in `Graph`. */
export function inferenceGraph(model: ModelSpec, mostParts?: number): Uint8Array {
  const graph = new Graph(mostParts);
  const parameters = parameterTensors(graph, parameterLayout(model), 'parameters');
  const outputs = buildNetwork(
    { tape: new Tape(graph, []), features: 'features', parameters, masks: null },
    model,
  );
  graph.output('outputs', outputs);
  return graph.encode(
    'network',
    [
      { name: 'features', shape: ['rows', inputWidth(model)] },
      { name: 'parameters', shape: [1, parameterCount(model)] },
    ],
    [{ name: 'outputs', shape: ['rows', model.outputs] }],
  );
}
