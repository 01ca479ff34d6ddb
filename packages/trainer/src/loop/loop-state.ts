import type { CallbackMemory } from './training-callback.js';
import type { EngineState } from '../engines/engine.js';
import type { RandomState } from '@ktrdr/statistics';
import type { LearningRateState } from './schedule.js';

/** One entry for each epoch. */
export interface LoopHistory {
  trainLoss: number[];
  trainAccuracy: number[];
  valLoss: number[];
  valAccuracy: number[];
}

/** Sums over the completed batches of an epoch. */
export interface EpochSums {
  rows: number;
  /** Sum of each batch's mean loss times its rows. */
  loss: number;
  correct: number;
  gradientNorm: number;
  gradientNormMax: number;
  /** Time for these batches, ms. */
  duration: number;
}

/**
 * State of a training between two batches. A loop that continues from it gives the same bytes as without the interruption. It does
 * not contain what the request determines: order of the rows, class weights.
 */
export interface LoopState {
  /** Current epoch, 1-based; one more than the last epoch at the end. */
  epoch: number;
  /** Completed batches of that epoch. */
  batch: number;
  sums: EpochSums;
  /** State of the random numbers for the epoch's dropout masks. */
  masks: RandomState;
  learningRate: LearningRateState;
  /** Learning rate of the last epoch that has begun. */
  finalLearningRate: number;
  history: LoopHistory;
  /** Why the training ended before its last epoch, or `null` if it did not. */
  stopping: string | null;
  /** Training time so far over all attempts, ms. */
  elapsed: number;
  /** In the order of the callbacks; `null` for a callback without state. */
  callbacks: (CallbackMemory | null)[];
  engine: EngineState;
}

export function emptySums(): EpochSums {
  return { rows: 0, loss: 0, correct: 0, gradientNorm: 0, gradientNormMax: 0, duration: 0 };
}

/** The position of a checkpoint in a training, for messages. */
export interface CheckpointPlace {
  /** 1-based */
  epoch: number;
  /** Completed batches of that epoch. */
  batch: number;
}

/** Where a loop writes its checkpoints. */
export interface LoopCheckpoints {
  /** Whether the next checkpoint is due. Reads the clock. */
  readonly isDue: boolean;
  /** The position of the newest checkpoint. */
  readonly last: CheckpointPlace | null;
  /** Writes a checkpoint. Never throws: training continues without it. */
  write(capture: () => Promise<LoopState>): Promise<void>;
}
