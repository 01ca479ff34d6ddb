import type { CallbackMemory, EpochEnd, TrainingCallback } from '../training-callback.js';

export interface EarlyStoppingSettings {
  /** Number of consecutive bad epochs that ends the training. */
  patience: number;
  minDelta: number;
  monitor: 'val_loss' | 'val_accuracy';
}

interface EarlyStoppingState {
  /** Best score; `null` before the first epoch. */
  best: number | null;
  bestEpoch: number;
  badEpochs: number;
}

/**
 * Ends the training when validation no longer improves. An epoch is bad if its score (negative val_loss, or val_accuracy) is less than
 * the best score + `minDelta`.
 */
export class EarlyStopping implements TrainingCallback {
  private state: EarlyStoppingState = { best: null, bestEpoch: 0, badEpochs: 0 };

  constructor(private readonly settings: EarlyStoppingSettings) {}

  onEpochEnd(end: EpochEnd): string | undefined {
    const { monitor, minDelta, patience } = this.settings;
    const score = monitor === 'val_loss' ? -end.validation.loss : end.validation.accuracy;
    const { best } = this.state;
    if (best === null || score >= best + minDelta) {
      this.state = { best: score, bestEpoch: end.epoch, badEpochs: 0 };
      return undefined;
    }
    this.state.badEpochs += 1;
    if (this.state.badEpochs < patience) return undefined;
    const epochs = patience === 1 ? 'epoch' : 'epochs';
    return `early stopping: ${monitor} did not get better by ${minDelta} for ${patience} ${epochs} after ${Math.abs(best).toFixed(4)} in epoch ${this.state.bestEpoch}`;
  }

  save(): CallbackMemory {
    return { values: { ...this.state }, arrays: {} };
  }

  restore({ values }: CallbackMemory): void {
    this.state = { ...(values as EarlyStoppingState) };
  }
}
