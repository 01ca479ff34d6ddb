/** Describes a network once, for every engine. All arrays are row-major. */

export const ACTIVATIONS = ['relu', 'leaky_relu', 'tanh', 'sigmoid'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Slope of leaky_relu below zero (PyTorch's default). */
export const LEAKY_RELU_SLOPE = 0.01;

export interface DenseLayerSpec {
  units: number;
  activation: Activation;
  /** Dropout rate, 0 <= p < 1. With 0 there is no dropout layer. */
  dropout: number;
}

/** Fully connected network: hidden layers (linear, activation, dropout), then a linear output layer. */
export interface MlpSpec {
  type: 'mlp';
  /** Features of a row. */
  inputs: number;
  layers: DenseLayerSpec[];
  /** Classes, or 1 for a regression. */
  outputs: number;
}

/**
 * Recurrent network over a window of bars: stacked LSTM or GRU layers, dropout between them and on the last hidden
 * state, then a linear output layer.
 */
export interface RecurrentSpec {
  type: 'lstm' | 'gru';
  /** Features of one bar. */
  inputs: number;
  /** Bars of a window. The last one is the row's own bar. */
  sequenceLength: number;
  hiddenSize: number;
  /** Number of stacked recurrent layers. */
  layers: number;
  dropout: number;
  outputs: number;
}

/**
 * Convolutional network over a window of bars. For each entry of `filters`: a convolution over time without padding, its activation,
 * and max pooling without overlap (steps at the end that do not fill a pool are ignored). Then dense layers as in an mlp.
 */
export interface CnnSpec {
  type: 'cnn';
  /** Features of one bar. */
  inputs: number;
  /** Bars of a window. The last one is the row's own bar. */
  sequenceLength: number;
  /** Output channels of each convolution. */
  filters: number[];
  /** Width of a convolution, in time steps. */
  kernelSize: number;
  /** Time steps that a pool combines into one. */
  poolSize: number;
  /** Activation of the convolutions. */
  activation: Activation;
  layers: DenseLayerSpec[];
  outputs: number;
}

export type ModelSpec = MlpSpec | RecurrentSpec | CnnSpec;

export function isRecurrent(spec: ModelSpec): spec is RecurrentSpec {
  return spec.type === 'lstm' || spec.type === 'gru';
}

/** Bars in the network's input for one row: 1 for an mlp. */
export function windowLength(spec: ModelSpec): number {
  return spec.type === 'mlp' ? 1 : spec.sequenceLength;
}

/** Values in the network's input for one row: the features of the window's bars, oldest bar first. */
export function inputWidth(spec: ModelSpec): number {
  return windowLength(spec) * spec.inputs;
}

/** Time steps before the first convolution and after each convolution with its pooling. If one is 0 or less, the window is too short. */
export function pooledSteps({ sequenceLength, filters, kernelSize, poolSize }: CnnSpec): number[] {
  const steps = [sequenceLength];
  for (let layer = 0; layer < filters.length; layer += 1) {
    steps.push(Math.floor((steps.at(-1)! - kernelSize + 1) / poolSize));
  }
  return steps;
}

/** Role of a parameter tensor. It decides the initial values. */
export type ParameterRole =
  /** Kernel of a layer whose activation is relu or leaky_relu. */
  | 'rectified_kernel'
  | 'kernel'
  /** Kernel or bias of a recurrent layer. */
  | 'recurrent'
  | 'bias';

/** One named tensor in the flat parameter vector. */
export interface ParameterTensor {
  /** `dense_1/kernel`, `lstm_2/recurrent_kernel`, `conv1d_1/bias`, ...; layers of each kind are numbered from 1. */
  name: string;
  /** Dense kernels are `[inputs, units]`; kernels of convolutions are `[kernel size * channels, filters]`, oldest step first. */
  shape: number[];
  role: ParameterRole;
  /** Index of its first value in the flat vector. */
  offset: number;
  size: number;
}

/** The tensors of the flat parameter vector in order: layer by layer, kernel before bias, without gaps. */
export function parameterLayout(spec: ModelSpec): ParameterTensor[] {
  const tensors: ParameterTensor[] = [];
  const add = (name: string, shape: number[], role: ParameterRole): void => {
    const last = tensors.at(-1);
    const size = shape.reduce((product, length) => product * length, 1);
    tensors.push({ name, shape, role, offset: last === undefined ? 0 : last.offset + last.size, size });
  };
  const dense = (inputs: number, layers: readonly DenseLayerSpec[]): void => {
    let width = inputs;
    layers.forEach(({ units, activation }, index) => {
      add(`dense_${index + 1}/kernel`, [width, units], kernelRole(activation));
      add(`dense_${index + 1}/bias`, [units], 'bias');
      width = units;
    });
    add(`dense_${layers.length + 1}/kernel`, [width, spec.outputs], 'kernel');
    add(`dense_${layers.length + 1}/bias`, [spec.outputs], 'bias');
  };
  switch (spec.type) {
    case 'mlp':
      dense(spec.inputs, spec.layers);
      break;
    case 'cnn': {
      let channels = spec.inputs;
      spec.filters.forEach((filters, index) => {
        add(`conv1d_${index + 1}/kernel`, [spec.kernelSize * channels, filters], kernelRole(spec.activation));
        add(`conv1d_${index + 1}/bias`, [filters], 'bias');
        channels = filters;
      });
      dense(pooledSteps(spec).at(-1)! * channels, spec.layers);
      break;
    }
    case 'lstm':
    case 'gru': {
      const gates = spec.type === 'lstm' ? 4 : 3;
      for (let layer = 1; layer <= spec.layers; layer += 1) {
        const inputs = layer === 1 ? spec.inputs : spec.hiddenSize;
        const name = `${spec.type}_${layer}`;
        add(`${name}/kernel`, [inputs, gates * spec.hiddenSize], 'recurrent');
        add(`${name}/recurrent_kernel`, [spec.hiddenSize, gates * spec.hiddenSize], 'recurrent');
        add(`${name}/bias`, [gates * spec.hiddenSize], 'recurrent');
        if (spec.type === 'gru') add(`${name}/recurrent_bias`, [gates * spec.hiddenSize], 'recurrent');
      }
      dense(spec.hiddenSize, []);
      break;
    }
  }
  return tensors;
}

function kernelRole(activation: Activation): ParameterRole {
  return activation === 'relu' || activation === 'leaky_relu' ? 'rectified_kernel' : 'kernel';
}

/** Length of the flat parameter vector. */
export function parameterCount(spec: ModelSpec): number {
  return parameterLayout(spec).reduce((sum, tensor) => sum + tensor.size, 0);
}

/** Multiplications of matrix products in the forward pass of one row. */
export function multiplicationsOfRow(spec: ModelSpec): number {
  const kernels = parameterLayout(spec).filter(({ shape }) => shape.length === 2);
  return kernels.reduce((sum, kernel, index) => sum + kernel.size * timesUsed(spec, kernel, index), 0);
}

/** How often one row uses a kernel: once for each time step of a recurrent layer, and for each position of a convolution. */
function timesUsed(spec: ModelSpec, { role }: ParameterTensor, index: number): number {
  if (isRecurrent(spec)) return role === 'recurrent' ? spec.sequenceLength : 1;
  if (spec.type === 'cnn' && index < spec.filters.length)
    return pooledSteps(spec)[index]! - spec.kernelSize + 1;
  return 1;
}

/** An active dropout layer: the values of a row that its mask covers, and the share that it drops. */
export interface DropoutLayer {
  units: number;
  rate: number;
}

/** The dropout layers with a rate above 0, in order. Every training batch has one mask for each. */
export function dropoutLayers(spec: ModelSpec): DropoutLayer[] {
  const layers: DropoutLayer[] = [];
  if (isRecurrent(spec)) {
    const { layers: count, sequenceLength, hiddenSize, dropout: rate } = spec;
    for (let layer = 1; layer < count; layer += 1) layers.push({ units: sequenceLength * hiddenSize, rate });
    layers.push({ units: hiddenSize, rate });
  } else {
    layers.push(...spec.layers.map(({ units, dropout: rate }) => ({ units, rate })));
  }
  return layers.filter(({ rate }) => rate > 0);
}

/** `60-128-64-3`, `20x60-lstm64-lstm64-3`, `20x60-conv32-64-3` */
export function architectureOf(spec: ModelSpec): string {
  const input = spec.type === 'mlp' ? String(spec.inputs) : `${spec.sequenceLength}x${spec.inputs}`;
  const parts: (string | number)[] = [];
  if (isRecurrent(spec)) {
    for (let layer = 0; layer < spec.layers; layer += 1) parts.push(`${spec.type}${spec.hiddenSize}`);
  } else {
    if (spec.type === 'cnn') parts.push(...spec.filters.map((filters) => `conv${filters}`));
    parts.push(...spec.layers.map(({ units }) => units));
  }
  return [input, ...parts, spec.outputs].join('-');
}
