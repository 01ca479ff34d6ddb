import type { TrainingRequest, TrainingRunHooks } from '@ktrdr/training-operation';
import type { KeptRun } from './run-outputs.js';

/** Where trainings run: beside this process, or on a host. The caller sees no difference. */
export interface TrainingPlace {
  /**
   * Trains and keeps the result. Settles only when nothing computes any more, or when nobody can say whether anything does
   * (`host_lost`).
   *
   * @throws an error caused by an OperationCancelledError once the token has fired and the run has ended
   * @throws KtrdrError with the code of what went wrong
   */
  train(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun>;

  /** Whether there is a checkpoint; `undefined` if only the operation's record can tell. */
  hasCheckpoint?(operationId: string): Promise<boolean>;
}
