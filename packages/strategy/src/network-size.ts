import type { CnnSettings, ModelSettings } from './model.js';

/** The size of a network. */
export interface NetworkSize {
  /** Number of weights and biases. */
  weights: number;
  /** Multiplications in the forward pass of one row. */
  multiplications: number;
  /** Number of outputs of all layers for one row, over all steps of its window, and of its inputs. */
  activations: number;
}

/**
 * Computes the size of a network. @param inputs features per bar @param outputs number of classes, or 1 for a
 * regression
 */
export function networkSize(model: ModelSettings, inputs: number, outputs: number): NetworkSize {
  switch (model.type) {
    case 'mlp':
      return denseSize(inputs, [...model.hiddenLayers, outputs]);
    case 'lstm':
    case 'gru':
      return recurrentSize(model, inputs, outputs);
    case 'cnn':
      return convolutionalSize(model, inputs, outputs);
  }
}

/** Number of steps left of the window after each convolution with its pooling. Ends at the first 0. */
export function stepsAfterPooling({ sequenceLength, filters, kernelSize, poolSize }: CnnSettings): number[] {
  const left: number[] = [];
  let steps = sequenceLength;
  for (let layer = 0; layer < filters.length && steps > 0; layer += 1) {
    steps = Math.floor((steps - kernelSize + 1) / poolSize);
    left.push(steps);
  }
  return left;
}

function denseSize(inputs: number, layers: readonly number[]): NetworkSize {
  let weights = 0;
  let before = inputs;
  for (const units of layers) {
    weights += (before + 1) * units;
    before = units;
  }
  return { weights, multiplications: weights, activations: inputs + sum(layers) };
}

function recurrentSize(
  { type, sequenceLength, hiddenSize, layers }: Extract<ModelSettings, { type: 'lstm' | 'gru' }>,
  inputs: number,
  outputs: number,
): NetworkSize {
  const gates = type === 'lstm' ? 4 : 3;
  const head = denseSize(hiddenSize, [outputs]);
  let perStep = 0;
  for (let layer = 0; layer < layers; layer += 1) {
    perStep += gates * hiddenSize * ((layer === 0 ? inputs : hiddenSize) + hiddenSize + 2);
  }
  return {
    weights: perStep + head.weights,
    multiplications: perStep * sequenceLength + head.multiplications,
    // the gates, the cell and the hidden state of each unit
    activations: sequenceLength * (inputs + layers * hiddenSize * 6) + outputs,
  };
}

function convolutionalSize(model: CnnSettings, inputs: number, outputs: number): NetworkSize {
  const left = stepsAfterPooling(model);
  let channels = inputs;
  let steps = model.sequenceLength;
  let weights = 0;
  let multiplications = 0;
  model.filters.forEach((filters, layer) => {
    const kernel = (model.kernelSize * channels + 1) * filters;
    weights += kernel;
    multiplications += kernel * Math.max(0, steps - model.kernelSize + 1);
    channels = filters;
    steps = left[layer] ?? 0;
  });
  const head = denseSize(steps * channels, [...model.hiddenLayers, outputs]);
  return {
    weights: weights + head.weights,
    multiplications: multiplications + head.multiplications,
    // each convolution and its activation function, and the dense layers
    activations:
      model.sequenceLength * (inputs + sum(model.filters) * 2) + sum([...model.hiddenLayers, outputs]),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
