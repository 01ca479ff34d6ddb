import { pooledSteps, type CnnSpec } from '../../../network/model-spec.js';
import type { Value } from '../graph/graph.js';
import { activate } from '../operators/activation.js';
import { maxPool, windows } from '../operators/convolution.js';
import { linear } from '../operators/linear.js';
import { onesFor } from '../operators/ones.js';
import { reshape } from '../operators/shape.js';
import { denseLayers } from './dense-layers.js';
import type { NetworkInputs } from './network-inputs.js';

/**
 * Convolutions, then dense layers. Pools before the activation: activations are monotonic, so the maximum is the same, and fewer
 * values remain to compute.
 */
export function convolutionalNetwork(inputs: NetworkInputs, spec: CnnSpec): Value {
  const { tape, features, parameters } = inputs;
  const steps = pooledSteps(spec);
  let channels = spec.inputs;
  let output = tape.graph.reshape(features, [-1, spec.sequenceLength, channels]);
  spec.filters.forEach((filters, index) => {
    const before = steps[index]!;
    const name = `conv1d_${index + 1}`;
    const seen = windows(tape, output, { steps: before, channels }, spec.kernelSize);
    const convolved = linear(
      tape,
      seen,
      parameters.get(`${name}/kernel`)!,
      parameters.get(`${name}/bias`)!,
      onesFor(tape, seen),
    );
    const places = before - spec.kernelSize + 1;
    const sequence = reshape(tape, convolved, [-1, filters], [-1, places, filters]);
    const pooled = maxPool(tape, sequence, { steps: places, channels: filters }, spec.poolSize);
    output = activate(tape, pooled, spec.activation);
    channels = filters;
  });
  const flat = reshape(tape, output, [-1, steps.at(-1)!, channels], [-1, steps.at(-1)! * channels]);
  return denseLayers(inputs, flat, spec.layers);
}
