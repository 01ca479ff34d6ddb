/** Describes a network once, for every engine. All arrays are row-major. */

export const ACTIVATIONS = ['relu', 'leaky_relu', 'tanh', 'sigmoid'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Slope of leaky_relu below zero (PyTorch's default). */
export const LEAKY_RELU_SLOPE = 0.01;

export interface DenseLayerSpec {
  units: number;
  activation: Activation;
  /** Share of the activations that training drops, 0 <= p < 1; 0 means no dropout layer. */
  dropout: number;
}

/** Fully connected network: hidden layers (linear, activation, dropout each), then a linear layer that gives logits. */
export interface MlpSpec {
  type: 'mlp';
  /** Features of a row. */
  inputs: number;
  layers: DenseLayerSpec[];
  /** Classes. */
  outputs: number;
}

export type ModelSpec = MlpSpec;

/** One named tensor inside the flat parameter vector. */
export interface ParameterTensor {
  /** `dense_1/kernel`, `dense_1/bias`, ...; layers count from 1, the output layer is the last. */
  name: string;
  /** Kernels are `[inputs, units]`, biases `[units]`. */
  shape: number[];
  /** Index of its first value in the flat vector. */
  offset: number;
  size: number;
}

/** Where each tensor stands in the flat parameter vector: layer by layer, kernel before bias, without gaps. */
export function parameterLayout(spec: ModelSpec): ParameterTensor[] {
  const widths = [spec.inputs, ...spec.layers.map((layer) => layer.units), spec.outputs];
  const tensors: ParameterTensor[] = [];
  let offset = 0;
  for (let layer = 1; layer < widths.length; layer += 1) {
    const inputs = widths[layer - 1]!;
    const units = widths[layer]!;
    tensors.push({ name: `dense_${layer}/kernel`, shape: [inputs, units], offset, size: inputs * units });
    offset += inputs * units;
    tensors.push({ name: `dense_${layer}/bias`, shape: [units], offset, size: units });
    offset += units;
  }
  return tensors;
}

/** Length of the flat parameter vector. */
export function parameterCount(spec: ModelSpec): number {
  return parameterLayout(spec).reduce((sum, tensor) => sum + tensor.size, 0);
}

/** A dropout layer that is on: how many units its mask covers, and the share that it drops. */
export interface DropoutLayer {
  units: number;
  rate: number;
}

/** The model's dropout layers with a rate above 0, in order: one mask each in every training batch. */
export function dropoutLayers(spec: ModelSpec): DropoutLayer[] {
  return spec.layers
    .filter((layer) => layer.dropout > 0)
    .map((layer) => ({ units: layer.units, rate: layer.dropout }));
}
