import { parameterLayout, type ModelSpec } from './model-spec.js';
import { RandomStream } from './random.js';

/**
 * Initial parameters of a network, flat, in the order of `parameterLayout(model)`; the same for every engine.
 *
 * Kernels are uniform in +-limit: before relu and leaky_relu sqrt(6 / inputs) (He et al. 2015), otherwise, the output
 * layer included, sqrt(6 / (inputs + units)) (Glorot and Bengio 2010). Biases are 0.
 */
export function initialParameters(model: ModelSpec, seed: number): Float32Array {
  const random = RandomStream.derive(seed, 'weights');
  const layout = parameterLayout(model);
  const parameters = new Float32Array(layout.reduce((sum, tensor) => sum + tensor.size, 0));
  layout.forEach((tensor, index) => {
    if (tensor.shape.length < 2) return;
    const [inputs, units] = tensor.shape as [number, number];
    const activation = model.layers[index / 2]?.activation;
    const rectified = activation === 'relu' || activation === 'leaky_relu';
    const limit = Math.sqrt(6 / (rectified ? inputs : inputs + units));
    for (let i = 0; i < tensor.size; i += 1) {
      parameters[tensor.offset + i] = (2 * random.uniform() - 1) * limit;
    }
  });
  return parameters;
}
