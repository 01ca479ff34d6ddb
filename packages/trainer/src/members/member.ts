import type { DataPart } from '../data/data-parts.js';
import type { Engine } from '../engines/engine.js';
import type { LoopEpoch, LoopProgress } from '../loop/callbacks/progress.js';
import { Progress } from '../loop/callbacks/progress.js';
import { predictAll } from '../loop/evaluate-part.js';
import { runTrainingLoop } from '../loop/loop.js';
import type { LoopResult, LoopSettings } from '../loop/loop-request.js';
import type { LoopCheckpoints, LoopState } from '../loop/loop-state.js';
import { TimeSlice } from '../loop/time-slice.js';
import type { TrainingCallback } from '../loop/training-callback.js';
import type { ModelSpec } from '../network/model-spec.js';

/**
 * What to train: one member of a training, which is a seed or a fold of the walk-forward evaluation. Plain data, because a lane can
 * be another thread.
 */
export interface MemberTask<Name extends string = string> {
  model: ModelSpec;
  settings: LoopSettings;
  train: DataPart;
  validation: DataPart;
  seed: number;
  gradientNorms: boolean;
  /** Rows to predict with the best weights, by name: the last bar of each row's window, as an index into the bars of `train`. */
  predict: Readonly<Record<Name, Int32Array>>;
}

/** How a member communicates with the run while it is trained. */
export interface MemberHooks {
  /** The state to continue from. */
  from: LoopState | undefined;
  /** After an abort, the member stops at its next batch. */
  signal: AbortSignal;
  /** @param ended the values of an epoch, at its end */
  onProgress: (progress: LoopProgress, ended: LoopEpoch | null) => void;
  checkpoints?: LoopCheckpoints;
}

export interface TrainedMember<Name extends string = string> {
  loop: LoopResult;
  /** `[rows, outputs]` for each list of rows. */
  outputs: Record<Name, Float32Array>;
}

/** What a thread trains with. */
export interface MemberTools {
  engine: Engine;
  clock: { now(): number };
  /** Callbacks of the loop after the one for progress. */
  callbacks?: readonly TrainingCallback[];
}

/**
 * Trains a member and predicts its rows. Then the engine holds its best weights.
 *
 * @throws TrainingCancelledError within one batch of the abort
 * @throws KtrdrError `loss_not_finite`
 */
export async function trainMember<Name extends string>(
  { train, predict, ...task }: MemberTask<Name>,
  { onProgress, ...hooks }: MemberHooks,
  { engine, clock, callbacks = [] }: MemberTools,
): Promise<TrainedMember<Name>> {
  const progress = new Progress(onProgress, clock);
  const loop = await runTrainingLoop({
    ...task,
    ...hooks,
    train,
    engine,
    clock,
    callbacks: [progress, ...callbacks],
  });
  const slice = new TimeSlice(hooks.signal, clock);
  try {
    const outputs = await predictAll(engine, task.model, train.features, predict, () => slice.pause());
    return { loop, outputs };
  } catch (error) {
    // keeps the trained member
    await hooks.checkpoints?.write(() => Promise.resolve(loop.state));
    throw error;
  }
}
