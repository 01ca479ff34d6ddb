import type { RecurrentSpec } from '../../../model-spec.js';
import type { Value } from '../graph/graph.js';
import { dropout } from '../operators/dropout.js';
import { gru } from '../operators/gru.js';
import { lstm } from '../operators/lstm.js';
import { onesFor } from '../operators/ones.js';
import { denseLayers } from './dense-layers.js';
import type { NetworkInputs } from './network-inputs.js';

/** Recurrent layers with dropout between them and on the last hidden state, then the outputs' linear layer. */
export function recurrentNetwork(inputs: NetworkInputs, spec: RecurrentSpec): Value {
  const { tape, features, parameters, masks } = inputs;
  const { graph } = tape;
  const { sequenceLength: steps, hiddenSize: units } = spec;
  const layer = spec.type === 'lstm' ? lstm : gru;
  /** `[n, steps * width]` -> `[steps * n, width]`: step after step, each with all rows. */
  const timeMajor = (value: Value, width: number): Value =>
    graph.reshape(graph.node('Transpose', [graph.reshape(value, [-1, steps, width])], { perm: [1, 0, 2] }), [
      -1,
      width,
    ]);
  let mask = 0;
  const drop = (value: Value, isSequence: boolean): Value => {
    if (spec.dropout === 0 || masks === null) return value;
    const drawn = masks[mask]!;
    mask += 1;
    return dropout(tape, value, isSequence ? timeMajor(drawn, units) : drawn);
  };

  let output = timeMajor(features, spec.inputs);
  const ones = onesFor(tape, output);
  for (let number = 1; number <= spec.layers; number += 1) {
    const isLast = number === spec.layers;
    const of = (tensor: string): Value => parameters.get(`${spec.type}_${number}/${tensor}`)!;
    const weights = {
      kernel: of('kernel'),
      recurrentKernel: of('recurrent_kernel'),
      bias: of('bias'),
      ...(spec.type === 'gru' ? { recurrentBias: of('recurrent_bias') } : {}),
    };
    const states = layer(tape, output, weights, { steps, units }, ones, isLast ? 'last' : 'all');
    output = drop(states, !isLast);
  }
  return denseLayers(inputs, output, []);
}
