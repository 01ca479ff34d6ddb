import type { TrainingProgressUpdate } from '@ktrdr/contracts';
import type {
  BatchEnd,
  CallbackMemory,
  EpochEnd,
  TrainingBegin,
  TrainingCallback,
} from '../training-callback.js';

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
>;

interface ProgressMemory {
  /** Rows trained in earlier epochs. */
  rowsBefore: number;
  /** Validation metrics of the last epoch. */
  validation: { val_loss: number; val_accuracy: number } | null;
}

/** Minimum time between two reports, ms. */
const INTERVAL_MS = 50;

/** Reports the training's progress: at most every 50 ms, and always at the end of an epoch. */
export class Progress implements TrainingCallback {
  private totalEpochs = 0;
  private totalBatches = 0;
  private trainRows = 0;
  private rowsBefore = 0;
  private validation: ProgressMemory['validation'] = null;
  private lastReport = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly report: (progress: LoopProgress) => void,
    private readonly clock: { now(): number },
  ) {}

  onTrainBegin(begin: TrainingBegin): void {
    this.totalEpochs = begin.totalEpochs;
    this.totalBatches = begin.batchesPerEpoch;
    this.trainRows = begin.trainRows;
  }

  onBatchEnd(end: BatchEnd): void {
    if (this.clock.now() - this.lastReport < INTERVAL_MS) return;
    this.send(end.epoch, end.batch, this.rowsBefore + end.epochRows, {
      train_loss: end.runningLoss,
      train_accuracy: end.runningAccuracy,
    });
  }

  onEpochEnd(end: EpochEnd): undefined {
    this.rowsBefore += end.rows;
    this.validation = { val_loss: end.validation.loss, val_accuracy: end.validation.accuracy };
    this.send(end.epoch, end.batches, this.rowsBefore, {
      train_loss: end.trainLoss,
      train_accuracy: end.trainAccuracy,
    });
  }

  save(): CallbackMemory {
    const { rowsBefore, validation } = this;
    return { values: { rowsBefore, validation }, arrays: {} };
  }

  restore({ values }: CallbackMemory): void {
    const { rowsBefore, validation } = values as ProgressMemory;
    this.rowsBefore = rowsBefore;
    this.validation = validation;
  }

  private send(epoch: number, batch: number, rows: number, training: Record<string, number>): void {
    const total = this.totalEpochs * this.trainRows;
    this.lastReport = this.clock.now();
    this.report({
      phase_fraction: rows / total,
      current_epoch: epoch,
      total_epochs: this.totalEpochs,
      current_batch: batch,
      total_batches: this.totalBatches,
      items_processed: rows,
      items_total: total,
      metrics: finite({ ...training, ...this.validation }),
    });
  }
}

/** JSON has no NaN: a loss that is not finite ends the training, and until then it is not shown. */
function finite(metrics: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}
