import type { StepResult } from '../engines/engine.js';
import type { Evaluation } from './evaluate-part.js';
import type { Targets } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';

/** What is known when training begins. */
export interface TrainingBegin {
  model: ModelSpec;
  totalEpochs: number;
  batchesPerEpoch: number;
  trainRows: number;
  validationRows: number;
  /** Initial parameters; not to be changed or kept. */
  parameters: Float32Array;
}

/** One batch is done. */
export interface BatchEnd {
  /** 1-based */
  epoch: number;
  /** 1-based within the epoch */
  batch: number;
  /** Rows of this batch. */
  rows: number;
  result: StepResult;
  /** Rows seen so far in this epoch. */
  epochRows: number;
  /** Mean loss and accuracy of the rows seen so far in this epoch. */
  runningLoss: number;
  runningAccuracy: number;
}

/** One epoch is done and validated. */
export interface EpochEnd {
  /** 1-based */
  epoch: number;
  /** Means over the epoch's batches, as they were when each was computed. */
  trainLoss: number;
  trainAccuracy: number;
  validation: Evaluation;
  validationTargets: Targets;
  /** Learning rate that this epoch was trained with. */
  learningRate: number;
  /** Mean and maximum over the epoch's batches; 0 where norms were not asked for. */
  gradientNormMean: number;
  gradientNormMax: number;
  batches: number;
  /** Rows trained on in this epoch. */
  rows: number;
  /** ms, validation included */
  duration: number;
  /** Parameters after the epoch; not to be changed; a fresh array each epoch. */
  parameters: Float32Array;
  /** Why the training ends after this epoch, if a callback before this one ends it. */
  stopping: string | null;
}

export interface TrainingEnd {
  epochsTrained: number;
  stoppingReason: string;
  /** Epoch (1-based) whose weights were kept. */
  bestEpoch: number;
}

/** What a callback remembers from batch to batch, as a checkpoint holds it. */
export interface CallbackMemory {
  /** As JSON has them; numbers are finite. */
  values: object;
  arrays: Readonly<Record<string, Float32Array>>;
}

/**
 * Watches a training loop, and may end it. Methods are called in the order in which the callbacks stand; an error
 * thrown by one ends the run.
 */
export interface TrainingCallback {
  onTrainBegin?(begin: TrainingBegin): void | Promise<void>;
  /** Called for every batch: must be cheap, and cannot be awaited. */
  onBatchEnd?(batch: BatchEnd): void;
  /** A returned text ends the training after this epoch and says why. */
  onEpochEnd?(epoch: EpochEnd): string | undefined | Promise<string | undefined>;
  onTrainEnd?(end: TrainingEnd): void | Promise<void>;
  /** Everything that decides what it does next, as copies; asked for between batches. Without it there is nothing to remember. */
  save?(): CallbackMemory;
  /** Takes over what `save` gave, in a training that goes on: called after `onTrainBegin`. */
  restore?(memory: CallbackMemory): void;
}
