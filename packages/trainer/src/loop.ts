import type { TrainingCallback } from './callbacks/training-callback.js';
import type { Engine } from './engines/engine.js';
import type { ModelSpec } from './model-spec.js';
import type { LearningRateSchedule } from './schedule.js';

/** Rows of one part of the data set, ready for the network. */
export interface DataPart {
  /** `[rows, inputs]`, finite. */
  features: Float32Array;
  /** `[rows]`, 0-based classes. */
  labels: Int32Array;
}

/** What the loop needs of a strategy's `training` section; the strategy's own type fits. */
export interface LoopSettings {
  epochs: number;
  batchSize: number;
  learningRate: number;
  weightDecay: number;
  /** Greatest norm of the gradient, `null` for no limit. */
  gradientClip: number | null;
  earlyStopping: { patience: number; minDelta: number; monitor: 'val_loss' | 'val_accuracy' } | null;
  learningRateSchedule: LearningRateSchedule | null;
  /** Weight each class by its inverse frequency in the training part. */
  classWeights: boolean;
}

export interface LoopRequest {
  model: ModelSpec;
  settings: LoopSettings;
  train: DataPart;
  validation: DataPart;
  /** Fresh; the loop calls `init`. Afterwards it holds the best weights. The caller disposes of it. */
  engine: Engine;
  /** Decides initial weights, order of rows and dropout. */
  seed: number;
  signal: AbortSignal;
  /** `now` in ms; only its differences count. */
  clock: { now(): number };
  callbacks: readonly TrainingCallback[];
}

export interface LoopResult {
  epochsTrained: number;
  /** Epoch (1-based) whose weights were kept: lowest validation loss, the first of equals. */
  bestEpoch: number;
  earlyStopped: boolean;
  /** `all 50 epochs done`, or why it stopped earlier. */
  stoppingReason: string;
  /** Learning rate of the last epoch. */
  finalLearningRate: number;
  /** One entry an epoch. */
  history: { trainLoss: number[]; trainAccuracy: number[]; valLoss: number[]; valAccuracy: number[] };
  /** The best weights, flat, in the order of `parameterLayout(model)`. */
  parameters: Float32Array;
  classWeights: Float32Array | null;
}

/**
 * Trains until the epochs are done, early stopping or a callback ends it, or the signal is aborted.
 *
 * @throws TrainingCancelledError within one batch of the abort
 * @throws KtrdrError `loss_not_finite`
 */
export declare function runTrainingLoop(request: LoopRequest): Promise<LoopResult>;
