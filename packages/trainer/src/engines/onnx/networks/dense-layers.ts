import type { DenseLayerSpec } from '../../../network/model-spec.js';
import type { Value } from '../graph/graph.js';
import { activate } from '../operators/activation.js';
import { dropout } from '../operators/dropout.js';
import { linear } from '../operators/linear.js';
import { onesFor } from '../operators/ones.js';
import type { NetworkInputs } from './network-inputs.js';

/** Hidden layers `mask * f(x W + b)`, then the linear output layer. @param input `[n, width]` */
export function denseLayers(
  { tape, parameters, masks }: NetworkInputs,
  input: Value,
  layers: readonly DenseLayerSpec[],
): Value {
  const ones = onesFor(tape, input);
  const dense = (number: number, from: Value): Value =>
    linear(
      tape,
      from,
      parameters.get(`dense_${number}/kernel`)!,
      parameters.get(`dense_${number}/bias`)!,
      ones,
    );
  let output = input;
  let mask = 0;
  layers.forEach(({ activation, dropout: rate }, index) => {
    output = activate(tape, dense(index + 1, output), activation);
    if (rate > 0 && masks !== null) {
      output = dropout(tape, output, masks[mask]!);
      mask += 1;
    }
  });
  return dense(layers.length + 1, output);
}
