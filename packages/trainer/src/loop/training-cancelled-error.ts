/** Thrown if the run's signal was aborted. No model was stored. If training had begun, there is a checkpoint. */
export class TrainingCancelledError extends Error {
  override readonly name = 'TrainingCancelledError';

  /** @param options `cause`: the reason of the aborted signal, which says who cancelled */
  constructor(options?: ErrorOptions) {
    super('Training was cancelled.', options);
  }
}
