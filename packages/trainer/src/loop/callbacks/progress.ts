import type { EpochMetrics, TrainingProgressUpdate } from '@ktrdr/contracts';
import type {
  BatchEnd,
  CallbackMemory,
  EpochEnd,
  TrainingBegin,
  TrainingCallback,
} from '../training-callback.js';
import { SampleRate } from './sample-rate.js';

/** The fields of a progress update that the training loop sets. */
export type LoopProgress = Pick<
  TrainingProgressUpdate,
  | 'phase_fraction'
  | 'current_epoch'
  | 'total_epochs'
  | 'current_batch'
  | 'total_batches'
  | 'items_processed'
  | 'items_total'
  | 'metrics'
  | 'best_epoch'
  | 'best_val_loss'
  | 'samples_per_second'
>;

/** The values of one epoch, of any seed. */
export type LoopEpoch = Omit<EpochMetrics, 'seed'>;

interface ProgressMemory {
  /** Rows trained in earlier epochs. */
  rowsBefore: number;
  /** Validation metrics of the last epoch. */
  validation: { val_loss: number; val_accuracy: number } | null;
  /** Epoch with the lowest validation loss, the first of equals. */
  best: { epoch: number; loss: number } | null;
}

/** Minimum time between two reports, ms. */
const INTERVAL_MS = 50;

/** Reports the training's progress: at most every 50 ms, and always at the end of an epoch, with the epoch's values. */
export class Progress implements TrainingCallback {
  private totalEpochs = 0;
  private totalBatches = 0;
  private trainRows = 0;
  private memory: ProgressMemory = { rowsBefore: 0, validation: null, best: null };
  private rate = new SampleRate(0);
  private lastReport = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly report: (progress: LoopProgress, epoch: LoopEpoch | null) => void,
    private readonly clock: { now(): number },
  ) {}

  onTrainBegin(begin: TrainingBegin): void {
    this.totalEpochs = begin.totalEpochs;
    this.totalBatches = begin.batchesPerEpoch;
    this.trainRows = begin.trainRows;
    this.rate = new SampleRate(this.clock.now());
  }

  onBatchEnd(end: BatchEnd): void {
    const rows = this.memory.rowsBefore + end.epochRows;
    this.rate.begin(rows, end.rows);
    const now = this.clock.now();
    if (now - this.lastReport < INTERVAL_MS) return;
    this.send(now, rows, end, {
      train_loss: end.runningLoss,
      train_accuracy: end.runningAccuracy,
      learning_rate: end.learningRate,
    });
  }

  onEpochEnd(end: EpochEnd): undefined {
    const { epoch, validation, learningRate } = end;
    const rows = this.memory.rowsBefore + end.rows;
    const { best } = this.memory;
    this.memory = {
      rowsBefore: rows,
      validation: { val_loss: validation.loss, val_accuracy: validation.accuracy },
      best: best === null || validation.loss < best.loss ? { epoch, loss: validation.loss } : best,
    };
    const training = { train_loss: end.trainLoss, train_accuracy: end.trainAccuracy };
    const now = this.clock.now();
    this.send(
      now,
      rows,
      { epoch, batch: end.batches },
      { ...training, learning_rate: learningRate },
      {
        epoch,
        at: new Date(now).toISOString(),
        train_loss: orNull(end.trainLoss),
        val_loss: orNull(validation.loss),
        train_accuracy: orNull(end.trainAccuracy),
        val_accuracy: orNull(validation.accuracy),
        learning_rate: orNull(learningRate),
        samples_per_second: this.rate.at(now, rows),
      },
    );
    this.rate.epochEnded(now, rows);
  }

  save(): CallbackMemory {
    return { values: { ...this.memory }, arrays: {} };
  }

  restore({ values }: CallbackMemory): void {
    this.memory = values as ProgressMemory;
  }

  private send(
    now: number,
    rows: number,
    { epoch, batch }: { epoch: number; batch: number },
    training: Record<string, number>,
    ended: LoopEpoch | null = null,
  ): void {
    const total = this.totalEpochs * this.trainRows;
    const { validation, best } = this.memory;
    this.lastReport = now;
    const progress = {
      phase_fraction: rows / total,
      current_epoch: epoch,
      total_epochs: this.totalEpochs,
      current_batch: batch,
      total_batches: this.totalBatches,
      items_processed: rows,
      items_total: total,
      metrics: finite({ ...training, ...validation }),
      best_epoch: best?.epoch ?? null,
      best_val_loss: best?.loss ?? null,
      samples_per_second: this.rate.at(now, rows),
    };
    this.report(progress, ended);
  }
}

/** JSON has no NaN: a loss that is not finite ends the training, and until then it is not shown. */
function finite(metrics: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
