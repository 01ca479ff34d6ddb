import {
  isRecurrent,
  parameterCount,
  parameterLayout,
  type ModelSpec,
  type ParameterTensor,
} from './model-spec.js';
import { RandomStream } from '@ktrdr/statistics';

/**
 * Initial parameters of a network: one flat vector in the order of `parameterLayout(model)`. All engines start from it.
 *
 * Kernels are uniform in +-limit. The limit is sqrt(6 / inputs) before relu and leaky_relu (He et al. 2015) and
 * sqrt(6 / (inputs + units)) elsewhere, the output layer included (Glorot and Bengio 2010). All parameters of a recurrent layer
 * are uniform in +-1 / sqrt(hidden size), as in PyTorch. Other biases are 0.
 */
export function initialParameters(model: ModelSpec, seed: number): Float32Array {
  const random = RandomStream.derive(seed, 'weights');
  const parameters = new Float32Array(parameterCount(model));
  for (const tensor of parameterLayout(model)) {
    if (tensor.role === 'bias') continue;
    const limit = limitOf(tensor, model);
    for (let i = 0; i < tensor.size; i += 1) {
      parameters[tensor.offset + i] = (2 * random.uniform() - 1) * limit;
    }
  }
  return parameters;
}

function limitOf({ role, shape }: ParameterTensor, model: ModelSpec): number {
  const [inputs, units] = shape as [number, number];
  switch (role) {
    case 'rectified_kernel':
      return Math.sqrt(6 / inputs);
    case 'recurrent':
      return 1 / Math.sqrt(isRecurrent(model) ? model.hiddenSize : units);
    default:
      return Math.sqrt(6 / (inputs + units));
  }
}
