import type { CallbackMemory } from './training-callback.js';
import type { EngineState } from '../engines/engine.js';
import type { RandomState } from '../network/random.js';
import type { LearningRateState } from './schedule.js';

/** One entry an epoch. */
export interface LoopHistory {
  trainLoss: number[];
  trainAccuracy: number[];
  valLoss: number[];
  valAccuracy: number[];
}

/** Sums over the batches of an epoch that are done. */
export interface EpochSums {
  rows: number;
  /** Of each batch's loss times its rows. */
  loss: number;
  correct: number;
  gradientNorm: number;
  gradientNormMax: number;
  /** ms spent on them. */
  duration: number;
}

/**
 * Where a training stands between two batches: a loop that is given it goes on bit for bit. What follows from the
 * request alone (order of the rows, class weights) is not in it.
 */
export interface LoopState {
  /** Epoch that is being trained, 1-based; one more than the last when all are done. */
  epoch: number;
  /** Batches of that epoch that are done. */
  batch: number;
  sums: EpochSums;
  /** Of the epoch's dropout masks. */
  masks: RandomState;
  learningRate: LearningRateState;
  /** Rate of the last epoch that was begun. */
  finalLearningRate: number;
  history: LoopHistory;
  /** Why the training ended before its last epoch; `null` where it did not. */
  stopping: string | null;
  /** ms of training so far, over all attempts. */
  elapsed: number;
  /** In the callbacks' order; `null` for one that remembers nothing. */
  callbacks: (CallbackMemory | null)[];
  engine: EngineState;
}

export function emptySums(): EpochSums {
  return { rows: 0, loss: 0, correct: 0, gradientNorm: 0, gradientNormMax: 0, duration: 0 };
}

/** A place in a training, for people. */
export interface CheckpointPlace {
  /** 1-based */
  epoch: number;
  /** Batches of that epoch that are done. */
  batch: number;
}

/** Where a loop leaves the states that it can go on from. */
export interface LoopCheckpoints {
  /** It is time for the next one; costs a look at the clock. */
  readonly isDue: boolean;
  /** The newest one that is kept. */
  readonly last: CheckpointPlace | null;
  /** Keeps a state. Never throws: a training goes on without. */
  write(capture: () => Promise<LoopState>): Promise<void>;
}
