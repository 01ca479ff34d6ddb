import type { RecurrentSpec } from '../../../network/model-spec.js';
import type { Value } from '../graph/graph.js';
import { dropout } from '../operators/dropout.js';
import { gru } from '../operators/gru.js';
import { lstm } from '../operators/lstm.js';
import { transposed } from '../operators/recurrent.js';
import { denseLayers } from './dense-layers.js';
import type { NetworkInputs } from './network-inputs.js';

/** Recurrent layers with dropout between them and on the last hidden state, then the linear output layer. */
export function recurrentNetwork(inputs: NetworkInputs, spec: RecurrentSpec): Value {
  const { tape, features, parameters, masks } = inputs;
  const { graph } = tape;
  const { sequenceLength: steps, hiddenSize: units } = spec;
  const layer = spec.type === 'lstm' ? lstm : gru;
  let mask = 0;
  const drop = (value: Value): Value => {
    if (spec.dropout === 0 || masks === null) return value;
    const drawn = masks[mask]!;
    mask += 1;
    return dropout(tape, value, transposed(graph, drawn));
  };

  let output = transposed(graph, features);
  for (let number = 1; number <= spec.layers; number += 1) {
    const isLast = number === spec.layers;
    const of = (tensor: string): Value => parameters.get(`${spec.type}_${number}/${tensor}`)!;
    const weights = {
      kernel: of('kernel'),
      recurrentKernel: of('recurrent_kernel'),
      bias: of('bias'),
      ...(spec.type === 'gru' ? { recurrentBias: of('recurrent_bias') } : {}),
    };
    const shape = { inputs: number === 1 ? spec.inputs : units, steps, units };
    output = drop(layer(tape, output, features, weights, shape, isLast ? 'last' : 'all'));
  }
  const rows = transposed(graph, output);
  tape.record(rows, (gradient) => tape.add(output, transposed(graph, gradient)));
  return denseLayers(inputs, rows, []);
}
