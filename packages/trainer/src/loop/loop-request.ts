import type { EarlyStoppingSettings } from './callbacks/early-stopping.js';
import type { TrainingCallback } from './training-callback.js';
import type { Engine } from '../engines/engine.js';
import type { LoopCheckpoints, LoopHistory, LoopState } from './loop-state.js';
import type { LossSpec } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { OptimiserSpec } from '../network/optimiser.js';
import type { LearningRateSchedule } from './schedule.js';
import type { DataPart } from '../data/data-parts.js';

/** What the loop needs of a strategy's `training` section; the strategy's own type fits. */
export interface LoopSettings {
  epochs: number;
  batchSize: number;
  learningRate: number;
  optimizer: OptimiserSpec['type'];
  weightDecay: number;
  /** Greatest norm of the gradient, `null` for no limit. */
  gradientClip: number | null;
  loss: LossSettings;
  earlyStopping: EarlyStoppingSettings | null;
  learningRateSchedule: LearningRateSchedule | null;
  /** Weight each class by its inverse frequency in the training part; means nothing to a regression. */
  classWeights: boolean;
}

/** A loss without what the data give it. */
export type LossSettings =
  | { type: 'cross_entropy' }
  | { type: 'focal'; gamma: number }
  | { type: 'mse' }
  | { type: 'huber'; delta: number };

export interface LoopRequest {
  model: ModelSpec;
  settings: LoopSettings;
  /** At least one row each. */
  train: DataPart;
  validation: DataPart;
  /** Fresh; the loop calls `init`. Afterwards it holds the best weights. The caller disposes of it. */
  engine: Engine;
  /** Decides initial weights, order of rows and dropout. */
  seed: number;
  signal: AbortSignal;
  /** `now` in ms; only its differences count. */
  clock: { now(): number };
  /** Callbacks are told the gradients' norms, which costs a little. */
  gradientNorms: boolean;
  /** Called after the loop's own: end on NaN, best weights, early stopping. */
  callbacks: readonly TrainingCallback[];
  /** Goes on from here instead of beginning: a state of the same request. */
  from?: LoopState;
  /** Gets states to go on from: from time to time, and where the run is cancelled or fails. */
  checkpoints?: LoopCheckpoints;
}

export interface LoopResult {
  epochsTrained: number;
  /** Epoch (1-based) whose weights were kept: lowest validation loss, the first of equals. */
  bestEpoch: number;
  /** A callback ended the training before its last epoch. */
  earlyStopped: boolean;
  /** `all 50 epochs done`, or why it stopped earlier. */
  stoppingReason: string;
  /** Learning rate of the last epoch. */
  finalLearningRate: number;
  history: LoopHistory;
  /** The best weights, flat, in the order of `parameterLayout(model)`. */
  parameters: Float32Array;
  /** What was minimised, with the class weights that came of the training part. */
  loss: LossSpec;
  /** ms of training, over all attempts. */
  elapsed: number;
  /** Where it ended: a loop that goes on from it ends at once, with the same result. */
  state: LoopState;
}
