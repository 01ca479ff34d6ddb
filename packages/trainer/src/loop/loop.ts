import { KtrdrError } from '@ktrdr/contracts';
import { Batches } from './batches.js';
import { BestWeights } from './callbacks/best-weights.js';
import { EarlyStopping } from './callbacks/early-stopping.js';
import { TerminateOnNan } from './callbacks/terminate-on-nan.js';
import type { EpochEnd, TrainingCallback } from './training-callback.js';
import type { StepResult } from '../engines/engine.js';
import { evaluatePart } from './evaluate-part.js';
import { initialParameters } from '../network/initial-parameters.js';
import type { LoopRequest, LoopResult, LoopSettings } from './loop-request.js';
import { emptySums, type LoopCheckpoints, type LoopHistory, type LoopState } from './loop-state.js';
import { classTargets, inverseFrequencyWeights, type LossSpec } from '../network/loss.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { OptimiserSpec } from '../network/optimiser.js';
import { LearningRate } from './schedule.js';
import { TimeSlice } from './time-slice.js';
import type { DataPart } from '../data/data-parts.js';

/**
 * Trains until all epochs are done, a callback (for example early stopping) ends the training, or the signal is aborted. This is the
 * only epoch and batch loop, for every engine, local or on a host. A training that stops at any batch and continues from its
 * checkpoint gives the same bytes as one without the stop.
 *
 * @throws TrainingCancelledError within one batch of the abort
 * @throws KtrdrError `loss_not_finite`; its details name the last checkpoint
 */
export async function runTrainingLoop(request: LoopRequest): Promise<LoopResult> {
  const loop = new TrainingLoop(request);
  await loop.begin();
  try {
    await loop.train();
    return await loop.end();
  } catch (error) {
    throw await loop.leave(error);
  }
}

class TrainingLoop {
  private readonly loss: LossSpec;
  private readonly best = new BestWeights();
  private readonly callbacks: TrainingCallback[];
  private readonly batchCallbacks: TrainingCallback[];
  private readonly batches: Batches;
  private readonly learningRate: LearningRate;
  private readonly slice: TimeSlice;
  private readonly history: LoopHistory;
  private readonly startedAt: number;
  private epochStartedAt: number;
  private epoch = 1;
  private batch = 0;
  private sums = emptySums();
  private finalLearningRate: number;
  private stopping: string | null = null;
  /** Whether engine, counters and callbacks are at the same batch, so that their state can be saved. */
  private isWhole = true;

  constructor(private readonly request: LoopRequest) {
    const { model, settings, train, seed, signal, clock, callbacks } = request;
    this.loss = lossOf(settings, train, model);
    this.callbacks = [new TerminateOnNan(), this.best];
    if (settings.earlyStopping !== null) this.callbacks.push(new EarlyStopping(settings.earlyStopping));
    this.callbacks.push(...callbacks);
    this.batchCallbacks = this.callbacks.filter((callback) => callback.onBatchEnd !== undefined);
    this.batches = new Batches(train, model, settings.batchSize, seed);
    const { learningRate, learningRateSchedule, epochs } = settings;
    this.learningRate = new LearningRate(learningRate, learningRateSchedule, epochs);
    this.finalLearningRate = learningRate;
    this.slice = new TimeSlice(signal, clock);
    this.history = { trainLoss: [], trainAccuracy: [], valLoss: [], valAccuracy: [] };
    this.startedAt = clock.now();
    this.epochStartedAt = this.startedAt;
  }

  async begin(): Promise<void> {
    const { model, settings, train, validation, engine, seed, gradientNorms, from } = this.request;
    const parameters = initialParameters(model, seed);
    await engine.init({
      model,
      optimiser: optimiserOf(settings),
      loss: this.loss,
      parameters,
      gradientNorms,
    });
    for (const callback of this.callbacks) {
      await callback.onTrainBegin?.({
        model,
        totalEpochs: settings.epochs,
        batchesPerEpoch: this.batches.count,
        trainRows: train.targets.length,
        validationRows: validation.targets.length,
        parameters,
      });
    }
    this.batches.startEpoch(from?.epoch ?? 1);
    if (from !== undefined) await this.restore(from);
  }

  async train(): Promise<void> {
    while (!this.isDone) {
      await this.trainBatches();
      await this.closeEpoch();
    }
  }

  /** Writes a checkpoint when the run ends early. Returns the error to throw. */
  async leave(error: unknown): Promise<unknown> {
    const { checkpoints } = this.request;
    if (checkpoints === undefined) return error;
    if (error instanceof KtrdrError && error.code === 'loss_not_finite') {
      return namingCheckpoint(error, checkpoints);
    }
    if (this.isWhole) await checkpoints.write(() => this.state());
    return error;
  }

  async end(): Promise<LoopResult> {
    const { engine } = this.request;
    const { best, stopping, history } = this;
    const state = await this.state();
    await engine.setState({ ...state.engine, parameters: best.parameters });
    const epochsTrained = history.trainLoss.length;
    const stoppingReason = stopping ?? `all ${epochsTrained} epochs done`;
    for (const callback of this.callbacks) {
      await callback.onTrainEnd?.({ epochsTrained, stoppingReason, bestEpoch: best.epoch });
    }
    return {
      epochsTrained,
      bestEpoch: best.epoch,
      earlyStopped: stopping !== null,
      stoppingReason,
      finalLearningRate: this.finalLearningRate,
      history,
      parameters: best.parameters,
      loss: this.loss,
      elapsed: state.elapsed,
      state,
    };
  }

  private get isDone(): boolean {
    return this.stopping !== null || this.epoch > this.request.settings.epochs;
  }

  private async trainBatches(): Promise<void> {
    const { batches, slice } = this;
    const { engine, checkpoints } = this.request;
    const most = engine.stepsAtOnce(batches.size);
    this.finalLearningRate = this.learningRate.current;
    while (this.batch < batches.count) {
      if (slice.isUp) {
        await slice.pause();
        if (checkpoints?.isDue === true) await checkpoints.write(() => this.state());
      }
      this.isWhole = false;
      const taken = batches.take(this.batch, most);
      const rows = taken.targets.length / taken.count;
      const results = await engine.step({ ...taken, learningRate: this.finalLearningRate });
      for (const result of results) this.closeBatch(result, rows);
      this.isWhole = true;
    }
  }

  private closeBatch(result: StepResult, rows: number): void {
    const { sums } = this;
    const gradientNorm = result.gradientNorm ?? 0;
    this.batch += 1;
    sums.rows += rows;
    sums.loss += result.loss * rows;
    sums.correct += result.correct;
    sums.gradientNorm += gradientNorm;
    sums.gradientNormMax = Math.max(sums.gradientNormMax, gradientNorm);
    const end = {
      epoch: this.epoch,
      batch: this.batch,
      rows,
      result,
      epochRows: sums.rows,
      runningLoss: sums.loss / sums.rows,
      runningAccuracy: sums.correct / sums.rows,
      learningRate: this.finalLearningRate,
    };
    for (const callback of this.batchCallbacks) callback.onBatchEnd?.(end);
  }

  private async closeEpoch(): Promise<void> {
    const { history, sums, batches } = this;
    const { engine, model, validation } = this.request;
    const evaluation = await evaluatePart(engine, model, this.loss, validation, () => this.slice.pause());
    const end: EpochEnd = {
      epoch: this.epoch,
      trainLoss: sums.loss / sums.rows,
      trainAccuracy: sums.correct / sums.rows,
      validation: evaluation,
      validationTargets: validation.targets,
      learningRate: this.finalLearningRate,
      gradientNormMean: sums.gradientNorm / batches.count,
      gradientNormMax: sums.gradientNormMax,
      batches: batches.count,
      rows: sums.rows,
      duration: this.epochDuration,
      parameters: (await engine.getState()).parameters,
      stopping: null,
    };
    this.isWhole = false;
    for (const callback of this.callbacks) {
      end.stopping = (await callback.onEpochEnd?.(end)) ?? end.stopping;
    }
    this.stopping = end.stopping;
    history.trainLoss.push(end.trainLoss);
    history.trainAccuracy.push(end.trainAccuracy);
    history.valLoss.push(evaluation.loss);
    history.valAccuracy.push(evaluation.accuracy);
    this.learningRate.epochDone(evaluation.loss);
    this.epoch += 1;
    this.batch = 0;
    this.sums = emptySums();
    this.epochStartedAt = this.request.clock.now();
    if (!this.isDone) batches.startEpoch(this.epoch);
    this.isWhole = true;
  }

  /** ms, over all attempts. */
  private get epochDuration(): number {
    return this.sums.duration + this.request.clock.now() - this.epochStartedAt;
  }

  private async state(): Promise<LoopState> {
    const { epoch, batch, history, stopping, finalLearningRate } = this;
    const { clock, engine, from } = this.request;
    return {
      epoch,
      batch,
      sums: { ...this.sums, duration: this.epochDuration },
      masks: this.batches.maskState,
      learningRate: this.learningRate.state,
      finalLearningRate,
      history: structuredClone(history),
      stopping,
      elapsed: (from?.elapsed ?? 0) + clock.now() - this.startedAt,
      callbacks: this.callbacks.map((callback) => callback.save?.() ?? null),
      engine: await engine.getState(),
    };
  }

  private async restore(from: LoopState): Promise<void> {
    this.epoch = from.epoch;
    this.batch = from.batch;
    this.sums = { ...from.sums };
    this.batches.restoreMasks(from.masks);
    this.finalLearningRate = from.finalLearningRate;
    this.stopping = from.stopping;
    this.learningRate.restore(from.learningRate);
    Object.assign(this.history, structuredClone(from.history));
    this.callbacks.forEach((callback, index) => {
      const memory = from.callbacks[index] ?? null;
      if (memory !== null) callback.restore?.(memory);
    });
    await this.request.engine.setState(from.engine);
  }
}

/** Adds the position of the last checkpoint to the error of a diverged run. A state that is not finite is never written. */
function namingCheckpoint(error: KtrdrError, { last }: LoopCheckpoints): KtrdrError {
  const where =
    last === null
      ? 'There is no earlier checkpoint.'
      : `The last good checkpoint is of epoch ${last.epoch}, batch ${last.batch}.`;
  return new KtrdrError(error.code, `${error.message} ${where}`, {
    details: { ...(error.details as object), last_checkpoint: last },
    cause: error,
  });
}

export function optimiserOf({ optimizer, weightDecay, gradientClip }: LoopSettings): OptimiserSpec {
  return { type: optimizer, weightDecay, gradientClip };
}

function lossOf({ loss, classWeights }: LoopSettings, train: DataPart, model: ModelSpec): LossSpec {
  if (loss.type === 'mse' || loss.type === 'huber') return loss;
  const labels = classTargets(train.targets);
  return { ...loss, classWeights: classWeights ? inverseFrequencyWeights(labels, model.outputs) : null };
}
