import type { StepResult } from '../engines/engine.js';
import type { Evaluation } from './evaluate-part.js';
import type { Targets } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';

/** Arguments of `onTrainBegin`. */
export interface TrainingBegin {
  model: ModelSpec;
  totalEpochs: number;
  batchesPerEpoch: number;
  trainRows: number;
  validationRows: number;
  /** Initial parameters. Do not change or keep the array. */
  parameters: Float32Array;
}

/** Arguments of `onBatchEnd`. */
export interface BatchEnd {
  /** 1-based */
  epoch: number;
  /** 1-based within the epoch */
  batch: number;
  /** Rows in this batch. */
  rows: number;
  result: StepResult;
  /** Rows trained so far in this epoch. */
  epochRows: number;
  /** Mean loss and accuracy of the rows trained so far in this epoch. */
  runningLoss: number;
  runningAccuracy: number;
  /** Learning rate of this epoch. */
  learningRate: number;
}

/** Arguments of `onEpochEnd`, which is called after validation. */
export interface EpochEnd {
  /** 1-based */
  epoch: number;
  /** Means over the epoch's batches, each computed before its update. */
  trainLoss: number;
  trainAccuracy: number;
  validation: Evaluation;
  validationTargets: Targets;
  /** Learning rate of this epoch. */
  learningRate: number;
  /** Mean and maximum over the epoch's batches; 0 if norms were not requested. */
  gradientNormMean: number;
  gradientNormMax: number;
  batches: number;
  /** Rows trained in this epoch. */
  rows: number;
  /** ms, including validation. */
  duration: number;
  /** Parameters after the epoch, a new array for each epoch. Do not change it. */
  parameters: Float32Array;
  /** Why an earlier callback ends the training after this epoch, or `null`. */
  stopping: string | null;
}

export interface TrainingEnd {
  epochsTrained: number;
  stoppingReason: string;
  /** Epoch (1-based) whose weights were kept. */
  bestEpoch: number;
}

/** State of a callback between batches, as checkpoints store it. */
export interface CallbackMemory {
  /** Serialisable as JSON; numbers are finite. */
  values: object;
  arrays: Readonly<Record<string, Float32Array>>;
}

/**
 * Observes a training loop and may end it. The loop calls callbacks in their order. An error in a callback ends the run.
 */
export interface TrainingCallback {
  onTrainBegin?(begin: TrainingBegin): void | Promise<void>;
  /** Called for every batch: must be fast and synchronous. */
  onBatchEnd?(batch: BatchEnd): void;
  /** To end the training after this epoch, returns the reason. */
  onEpochEnd?(epoch: EpochEnd): string | undefined | Promise<string | undefined>;
  onTrainEnd?(end: TrainingEnd): void | Promise<void>;
  /** Returns a copy of the callback's state. Called between batches. A callback without state omits it. */
  save?(): CallbackMemory;
  /** Restores the result of `save` when a training continues. Called after `onTrainBegin`. */
  restore?(memory: CallbackMemory): void;
}
