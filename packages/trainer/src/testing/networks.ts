import type { TrainingBatches } from '../engines/engine.js';
import type { LossSpec } from '../network/loss.js';
import { dropoutLayers, inputWidth, type Activation, type ModelSpec } from '../network/model-spec.js';
import { RandomStream } from '@ktrdr/statistics';

/** One small network of each kind. */
export function networks(activation: Activation, dropout: number): ModelSpec[] {
  return [
    mlp(activation, dropout),
    recurrent('lstm', dropout),
    recurrent('gru', dropout),
    cnn(activation, dropout),
  ];
}

export function mlp(activation: Activation, dropout = 0): Extract<ModelSpec, { type: 'mlp' }> {
  return {
    type: 'mlp',
    inputs: 5,
    layers: [
      { units: 9, activation, dropout },
      { units: 6, activation, dropout: 0 },
      { units: 4, activation, dropout },
    ],
    outputs: 3,
  };
}

export function recurrent(type: 'lstm' | 'gru', dropout = 0): ModelSpec {
  return { type, inputs: 3, sequenceLength: 4, hiddenSize: 5, layers: 2, dropout, outputs: 3 };
}

/** The second convolution has a last step that does not fill a pool. */
export function cnn(activation: Activation, dropout = 0): ModelSpec {
  return {
    type: 'cnn',
    inputs: 3,
    sequenceLength: 13,
    filters: [4, 5],
    kernelSize: 3,
    poolSize: 2,
    activation,
    layers: [{ units: 6, activation, dropout }],
    outputs: 3,
  };
}

export const LOSSES: LossSpec[] = [
  { type: 'cross_entropy', classWeights: Float32Array.of(0.5, 1, 1.5) },
  { type: 'focal', gamma: 1.5, classWeights: Float32Array.of(1.2, 0.8, 1) },
  { type: 'mse' },
  { type: 'huber', delta: 0.3 },
];

/** The model with the number of outputs that the loss needs. */
export function forLoss(model: ModelSpec, loss: LossSpec): ModelSpec {
  return 'classWeights' in loss ? model : { ...model, outputs: 1 };
}

/** Random batches, determined by the seed. Targets are classes, or values for a model with one output. */
export function randomBatches(model: ModelSpec, rows: number, seed: number, count = 1): TrainingBatches {
  const random = RandomStream.derive(seed, 'test');
  const all = rows * count;
  const width = inputWidth(model);
  return {
    count,
    features: Float32Array.from({ length: all * width }, () => 2 * random.uniform() - 1),
    targets:
      model.outputs === 1
        ? Float32Array.from({ length: all }, () => 2 * random.uniform() - 1)
        : Int32Array.from({ length: all }, () => Math.floor(random.uniform() * model.outputs)),
    weights: null,
    masks: dropoutLayers(model).map((layer) => {
      const mask = new Float32Array(all * layer.units);
      random.fillDropoutMask(mask, layer.rate);
      return mask;
    }),
    learningRate: 0.01,
  };
}

/** Joins batches into the batches of one call. */
export function joined(batches: readonly TrainingBatches[]): TrainingBatches {
  const [first] = batches;
  const join = (of: (one: TrainingBatches) => Float32Array): Float32Array =>
    Float32Array.from(batches.flatMap((one) => [...of(one)]));
  const targets = batches.flatMap((one) => [...one.targets]);
  return {
    ...first!,
    count: batches.length,
    features: join((one) => one.features),
    targets: first!.targets instanceof Int32Array ? Int32Array.from(targets) : Float32Array.from(targets),
    masks: first!.masks.map((_, layer) => join((one) => one.masks[layer]!)),
  };
}
