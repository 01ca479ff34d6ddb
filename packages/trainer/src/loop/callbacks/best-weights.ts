import type { CallbackMemory, EpochEnd, TrainingBegin, TrainingCallback } from '../training-callback.js';

/** Keeps the weights of the epoch with the lowest validation loss, the first of equals. */
export class BestWeights implements TrainingCallback {
  private loss: number | null = null;
  private bestEpoch = 0;
  private best = new Float32Array(0);

  onTrainBegin(begin: TrainingBegin): void {
    this.best = begin.parameters.slice();
  }

  onEpochEnd(end: EpochEnd): undefined {
    if (this.loss !== null && end.validation.loss >= this.loss) return;
    this.loss = end.validation.loss;
    this.bestEpoch = end.epoch;
    this.best.set(end.parameters);
  }

  save(): CallbackMemory {
    const { loss, bestEpoch: epoch, best } = this;
    return { values: { loss, epoch }, arrays: { parameters: best.slice() } };
  }

  restore({ values, arrays }: CallbackMemory): void {
    const { loss, epoch } = values as { loss: number | null; epoch: number };
    this.loss = loss;
    this.bestEpoch = epoch;
    this.best.set(arrays['parameters']!);
  }

  /** 1-based; 0 before the first epoch. */
  get epoch(): number {
    return this.bestEpoch;
  }

  get parameters(): Float32Array {
    return this.best;
  }
}
