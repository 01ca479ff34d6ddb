import type { EarlyStoppingSettings } from './callbacks/early-stopping.js';
import type { TrainingCallback } from './training-callback.js';
import type { Engine } from '../engines/engine.js';
import type { LoopCheckpoints, LoopHistory, LoopState } from './loop-state.js';
import type { LossSpec } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { OptimiserSpec } from '../network/optimiser.js';
import type { LearningRateSchedule } from './schedule.js';
import type { DataPart } from '../data/data-parts.js';

/** The settings of a strategy's `training` section that the loop needs. `Strategy['training']` has this shape. */
export interface LoopSettings {
  epochs: number;
  batchSize: number;
  learningRate: number;
  optimizer: OptimiserSpec['type'];
  weightDecay: number;
  /** Upper limit of the gradient's norm, `null` for no limit. */
  gradientClip: number | null;
  loss: LossSettings;
  earlyStopping: EarlyStoppingSettings | null;
  learningRateSchedule: LearningRateSchedule | null;
  /** Whether to weight each class by its inverse frequency in the training part. No effect on a regression. */
  classWeights: boolean;
}

/** A loss without the class weights, which depend on the data. */
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
  /** The loop calls `init`. At the end the engine holds the best weights. The caller calls `dispose`. */
  engine: Engine;
  /** Determines initial weights, order of rows and dropout. */
  seed: number;
  signal: AbortSignal;
  /** `now` in ms; only its differences count. */
  clock: { now(): number };
  /** Whether callbacks get the gradients' norms, which costs some time. */
  gradientNorms: boolean;
  /** Called after the loop's own callbacks: terminate on NaN, best weights, early stopping. */
  callbacks: readonly TrainingCallback[];
  /** The state to continue from. It must come from the same request. */
  from?: LoopState;
  /** Receives states: from time to time, and when the run is cancelled or fails. */
  checkpoints?: LoopCheckpoints;
}

export interface LoopResult {
  epochsTrained: number;
  /** Epoch (1-based) whose weights were kept: lowest validation loss, the first of equals. */
  bestEpoch: number;
  /** Whether a callback ended the training before its last epoch. */
  earlyStopped: boolean;
  /** `all 50 epochs done`, or why the training stopped earlier. */
  stoppingReason: string;
  /** Learning rate of the last epoch. */
  finalLearningRate: number;
  history: LoopHistory;
  /** The best weights, flat, in the order of `parameterLayout(model)`. */
  parameters: Float32Array;
  /** The loss that was minimised, with the class weights of the training part. */
  loss: LossSpec;
  /** Training time over all attempts, ms. */
  elapsed: number;
  /** The final state. A loop that continues from it ends immediately with the same result. */
  state: LoopState;
}
