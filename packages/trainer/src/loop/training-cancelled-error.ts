/** Thrown out of a run whose signal was aborted. No model is stored; a training that had begun has left a checkpoint. */
export class TrainingCancelledError extends Error {
  override readonly name = 'TrainingCancelledError';

  /** `cause` says who cancelled: the reason of the signal that was aborted. */
  constructor(options?: ErrorOptions) {
    super('Training was cancelled.', options);
  }
}
