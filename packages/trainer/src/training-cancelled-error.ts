/** Thrown out of a run whose signal was aborted. The model is where the last whole batch left it; nothing is stored. */
export class TrainingCancelledError extends Error {
  override readonly name = 'TrainingCancelledError';

  /** `cause` says who cancelled: the reason of the signal that was aborted. */
  constructor(options?: ErrorOptions) {
    super('Training was cancelled.', options);
  }
}
