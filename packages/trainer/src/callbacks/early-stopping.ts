import type { EpochEnd, TrainingCallback } from './training-callback.js';

export interface EarlyStoppingSettings {
  /** Bad epochs in a row that end the training. */
  patience: number;
  minDelta: number;
  monitor: 'val_loss' | 'val_accuracy';
}

/**
 * Ends the training when the validation part no longer gets better: an epoch is bad unless its score (minus val_loss,
 * or val_accuracy) reaches the best one + `minDelta`.
 */
export class EarlyStopping implements TrainingCallback {
  private best = Number.NEGATIVE_INFINITY;
  private bestEpoch = 0;
  private badEpochs = 0;

  constructor(private readonly settings: EarlyStoppingSettings) {}

  onEpochEnd(end: EpochEnd): string | undefined {
    const { monitor, minDelta, patience } = this.settings;
    const score = monitor === 'val_loss' ? -end.validation.loss : end.validation.accuracy;
    if (score >= this.best + minDelta) {
      this.best = score;
      this.bestEpoch = end.epoch;
      this.badEpochs = 0;
      return undefined;
    }
    this.badEpochs += 1;
    if (this.badEpochs < patience) return undefined;
    const best = Math.abs(this.best).toFixed(4);
    const epochs = patience === 1 ? 'epoch' : 'epochs';
    return `early stopping: ${monitor} did not get better by ${minDelta} for ${patience} ${epochs} (best ${best} in epoch ${this.bestEpoch})`;
  }
}
