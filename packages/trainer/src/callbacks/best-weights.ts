import type { EpochEnd, TrainingBegin, TrainingCallback } from './training-callback.js';

/** Keeps the weights of the epoch with the lowest validation loss, the first of equals. */
export class BestWeights implements TrainingCallback {
  private loss = Number.POSITIVE_INFINITY;
  private bestEpoch = 0;
  private best = new Float32Array(0);

  onTrainBegin(begin: TrainingBegin): void {
    this.best = begin.parameters.slice();
  }

  onEpochEnd(end: EpochEnd): undefined {
    if (end.validation.loss >= this.loss) return;
    this.loss = end.validation.loss;
    this.bestEpoch = end.epoch;
    this.best.set(end.parameters);
  }

  /** 1-based; 0 before the first epoch. */
  get epoch(): number {
    return this.bestEpoch;
  }

  get parameters(): Float32Array {
    return this.best;
  }
}
