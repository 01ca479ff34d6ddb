/** Thrown out of a run whose signal was aborted. The model is where the last whole batch left it; nothing is stored. */
export class TrainingCancelledError extends Error {
  override readonly name = 'TrainingCancelledError';

  constructor(message = 'Training was cancelled.') {
    super(message);
  }
}
