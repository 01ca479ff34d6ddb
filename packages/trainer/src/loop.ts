import { Batches, type DataPart } from './batches.js';
import { BestWeights } from './callbacks/best-weights.js';
import { EarlyStopping, type EarlyStoppingSettings } from './callbacks/early-stopping.js';
import { TerminateOnNan } from './callbacks/terminate-on-nan.js';
import type { BatchEnd, EpochEnd, TrainingCallback } from './callbacks/training-callback.js';
import type { Engine } from './engines/engine.js';
import { evaluatePart } from './evaluate-part.js';
import { initialParameters } from './initial-parameters.js';
import { classTargets, inverseFrequencyWeights, type LossSpec } from './loss.js';
import type { ModelSpec } from './model-spec.js';
import type { OptimiserSpec } from './optimiser.js';
import { LearningRate, type LearningRateSchedule } from './schedule.js';
import { TimeSlice } from './time-slice.js';

export type { DataPart } from './batches.js';

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
}

/** One entry an epoch. */
export interface LoopHistory {
  trainLoss: number[];
  trainAccuracy: number[];
  valLoss: number[];
  valAccuracy: number[];
}

/**
 * Trains until the epochs are done, a callback (early stopping among them) ends it, or the signal is aborted.
 * The only epoch and batch loop: every engine, local or on a host, runs in it.
 *
 * @throws TrainingCancelledError within one batch of the abort
 * @throws KtrdrError `loss_not_finite`
 */
export async function runTrainingLoop(request: LoopRequest): Promise<LoopResult> {
  const { model, settings, train, validation, engine, seed, clock } = request;
  const loss = lossOf(settings, train, model);
  const parameters = initialParameters(model, seed);
  await engine.init({
    model,
    optimiser: {
      type: settings.optimizer,
      weightDecay: settings.weightDecay,
      gradientClip: settings.gradientClip,
    },
    loss,
    parameters,
    gradientNorms: request.gradientNorms,
  });

  const best = new BestWeights();
  const callbacks: TrainingCallback[] = [new TerminateOnNan(), best];
  if (settings.earlyStopping !== null) callbacks.push(new EarlyStopping(settings.earlyStopping));
  callbacks.push(...request.callbacks);

  const batches = new Batches(train, model, settings.batchSize, seed);
  const learningRate = new LearningRate(
    settings.learningRate,
    settings.learningRateSchedule,
    settings.epochs,
  );
  const slice = new TimeSlice(request.signal, clock);
  const history: LoopHistory = { trainLoss: [], trainAccuracy: [], valLoss: [], valAccuracy: [] };
  let finalLearningRate = settings.learningRate;
  let stopping: string | null = null;

  for (const callback of callbacks) {
    await callback.onTrainBegin?.({
      model,
      totalEpochs: settings.epochs,
      batchesPerEpoch: batches.count,
      trainRows: train.targets.length,
      validationRows: validation.targets.length,
      parameters,
    });
  }
  while (history.trainLoss.length < settings.epochs && stopping === null) {
    const start = clock.now();
    const epoch = history.trainLoss.length + 1;
    finalLearningRate = learningRate.current;
    const trained = await trainEpoch(engine, batches, epoch, finalLearningRate, callbacks, slice);
    const evaluation = await evaluatePart(engine, model, loss, validation, () => slice.pause());
    const end: EpochEnd = {
      ...trained,
      validation: evaluation,
      validationTargets: validation.targets,
      duration: clock.now() - start,
      parameters: (await engine.getState()).parameters,
      stopping: null,
    };
    for (const callback of callbacks) end.stopping = (await callback.onEpochEnd?.(end)) ?? end.stopping;
    stopping = end.stopping;
    history.trainLoss.push(end.trainLoss);
    history.trainAccuracy.push(end.trainAccuracy);
    history.valLoss.push(evaluation.loss);
    history.valAccuracy.push(evaluation.accuracy);
    learningRate.epochDone(evaluation.loss);
  }

  await engine.setState({ ...(await engine.getState()), parameters: best.parameters });
  const epochsTrained = history.trainLoss.length;
  const stoppingReason = stopping ?? `all ${epochsTrained} epochs done`;
  for (const callback of callbacks) {
    await callback.onTrainEnd?.({ epochsTrained, stoppingReason, bestEpoch: best.epoch });
  }
  return {
    epochsTrained,
    bestEpoch: best.epoch,
    earlyStopped: stopping !== null,
    stoppingReason,
    finalLearningRate,
    history,
    parameters: best.parameters,
    loss,
  };
}

function lossOf({ loss, classWeights }: LoopSettings, train: DataPart, model: ModelSpec): LossSpec {
  if (loss.type === 'mse' || loss.type === 'huber') return loss;
  const labels = classTargets(train.targets);
  return { ...loss, classWeights: classWeights ? inverseFrequencyWeights(labels, model.outputs) : null };
}

type TrainedEpoch = Omit<
  EpochEnd,
  'validation' | 'validationTargets' | 'duration' | 'parameters' | 'stopping'
>;

async function trainEpoch(
  engine: Engine,
  batches: Batches,
  epoch: number,
  learningRate: number,
  callbacks: readonly TrainingCallback[],
  slice: TimeSlice,
): Promise<TrainedEpoch> {
  const batchCallbacks = callbacks.filter((callback) => callback.onBatchEnd !== undefined);
  const most = engine.stepsAtOnce(batches.size);
  let rows = 0;
  let lossSum = 0;
  let correct = 0;
  let normSum = 0;
  let normMax = 0;
  batches.startEpoch(epoch);
  for (let index = 0; index < batches.count;) {
    if (slice.isUp) await slice.pause();
    const taken = batches.take(index, most);
    const batchRows = taken.targets.length / taken.count;
    for (const result of await engine.step({ ...taken, learningRate })) {
      index += 1;
      rows += batchRows;
      lossSum += result.loss * batchRows;
      correct += result.correct;
      normSum += result.gradientNorm ?? 0;
      normMax = Math.max(normMax, result.gradientNorm ?? 0);
      const end: BatchEnd = {
        epoch,
        batch: index,
        rows: batchRows,
        result,
        epochRows: rows,
        runningLoss: lossSum / rows,
        runningAccuracy: correct / rows,
      };
      for (const callback of batchCallbacks) callback.onBatchEnd?.(end);
    }
  }
  return {
    epoch,
    trainLoss: lossSum / rows,
    trainAccuracy: correct / rows,
    learningRate,
    gradientNormMean: normSum / batches.count,
    gradientNormMax: normMax,
    batches: batches.count,
    rows,
  };
}
