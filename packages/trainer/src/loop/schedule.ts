/** How the learning rate changes over the epochs. */
export type LearningRateSchedule =
  /** Multiplies by gamma every `stepSize` epochs. */
  | { type: 'step'; stepSize: number; gamma: number }
  /** Multiplies by gamma every epoch. */
  | { type: 'exponential'; gamma: number }
  /** Follows half a cosine from the full rate to 0 over all epochs. */
  | { type: 'cosine' }
  /** Multiplies by factor if the validation loss has not improved for more than `patience` epochs. */
  | { type: 'reduce_on_plateau'; factor: number; patience: number };

/** State of a schedule. */
export interface LearningRateState {
  /** Completed epochs. */
  epochs: number;
  /** Learning rate of the next epoch. */
  rate: number;
  /** Best validation loss that counted as an improvement; `null` if there is none yet. */
  bestLoss: number | null;
  /** Epochs since the last improvement. */
  badEpochs: number;
}

/** Relative decrease of the validation loss that counts as an improvement (PyTorch's `ReduceLROnPlateau`). */
const PLATEAU_THRESHOLD = 1e-4;

/**
 * The learning rate of each epoch, as defined by PyTorch's StepLR, ExponentialLR, CosineAnnealingLR and ReduceLROnPlateau. Multiplies
 * from epoch to epoch, except for the cosine: the last bit of `**` may differ between Node versions.
 */
export class LearningRate {
  private epochs = 0;
  private bestLoss: number | null = null;
  private badEpochs = 0;

  private rate: number;

  constructor(
    private readonly fullRate: number,
    private readonly schedule: LearningRateSchedule | null,
    private readonly totalEpochs: number,
  ) {
    this.rate = fullRate;
  }

  /** Learning rate of the next epoch. */
  get current(): number {
    return this.rate;
  }

  epochDone(validationLoss: number): void {
    this.epochs += 1;
    switch (this.schedule?.type) {
      case undefined:
        return;
      case 'step':
        if (this.epochs % this.schedule.stepSize === 0) this.rate *= this.schedule.gamma;
        return;
      case 'exponential':
        this.rate *= this.schedule.gamma;
        return;
      case 'cosine':
        this.rate = (this.fullRate * (1 + Math.cos((Math.PI * this.epochs) / this.totalEpochs))) / 2;
        return;
      case 'reduce_on_plateau':
        this.waitOnPlateau(validationLoss, this.schedule.factor, this.schedule.patience);
        return;
    }
  }

  get state(): LearningRateState {
    const { epochs, rate, bestLoss, badEpochs } = this;
    return { epochs, rate, bestLoss, badEpochs };
  }

  restore(state: LearningRateState): void {
    this.epochs = state.epochs;
    this.rate = state.rate;
    this.bestLoss = state.bestLoss;
    this.badEpochs = state.badEpochs;
  }

  private waitOnPlateau(validationLoss: number, factor: number, patience: number): void {
    if (this.bestLoss === null || validationLoss < this.bestLoss * (1 - PLATEAU_THRESHOLD)) {
      this.bestLoss = validationLoss;
      this.badEpochs = 0;
      return;
    }
    this.badEpochs += 1;
    if (this.badEpochs > patience) {
      this.rate *= factor;
      this.badEpochs = 0;
    }
  }
}

/** The learning rate of each epoch of a training that has ended. @param validationLosses one for each epoch */
export function learningRates(
  settings: { learningRate: number; learningRateSchedule: LearningRateSchedule | null; epochs: number },
  validationLosses: readonly number[],
): number[] {
  const rate = new LearningRate(settings.learningRate, settings.learningRateSchedule, settings.epochs);
  return validationLosses.map((loss) => {
    const { current } = rate;
    rate.epochDone(loss);
    return current;
  });
}
