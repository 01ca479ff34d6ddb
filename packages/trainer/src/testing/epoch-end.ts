import type { BatchEnd, EpochEnd, TrainingBegin } from '../loop/training-callback.js';

/** Arguments of `onEpochEnd` with default values. Tests override what they need. */
export function trainingBegin(change: Partial<TrainingBegin> = {}): TrainingBegin {
  return {
    model: { type: 'mlp', inputs: 1, layers: [], outputs: 2 },
    totalEpochs: 10,
    batchesPerEpoch: 4,
    trainRows: 100,
    validationRows: 3,
    parameters: Float32Array.of(0, 0, 0, 0),
    ...change,
  };
}

export function batchEnd(change: Partial<BatchEnd> = {}): BatchEnd {
  return {
    epoch: 1,
    batch: 1,
    rows: 25,
    result: { loss: 1, correct: 10, gradientNorm: 0.5 },
    epochRows: 25,
    runningLoss: 1,
    runningAccuracy: 0.4,
    learningRate: 0.001,
    ...change,
  };
}

/** @param valLoss loss on the validation part */
export function epochEnd(epoch: number, valLoss: number, change: Partial<EpochEnd> = {}): EpochEnd {
  return {
    epoch,
    trainLoss: 1,
    trainAccuracy: 0.5,
    validation: { loss: valLoss, accuracy: 0.5, outputs: new Float32Array(6) },
    validationTargets: Int32Array.of(0, 1, 0),
    learningRate: 0.001,
    gradientNormMean: 0.5,
    gradientNormMax: 1,
    batches: 4,
    rows: 100,
    duration: 20,
    parameters: Float32Array.of(epoch, epoch, epoch, epoch),
    stopping: null,
    ...change,
  };
}
