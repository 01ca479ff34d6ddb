import type { BudgetedEstimate, TrainingRequest, TrainingRunHooks } from '@ktrdr/training-operation';
import type { KeptRun } from './run-outputs.js';

/** Where trainings run: on the API's own machine, or on a host. The interface is the same. */
export interface TrainingPlace {
  /** Prepares for the first training. The service already answers. */
  open?(): Promise<void>;

  /** Ends what {@link open} has started. */
  close?(): Promise<void>;

  /**
   * Checks before a training is stored whether this place can do it. A host checks it when the training arrives there.
   *
   * @throws KtrdrError `over_budget`
   */
  admit?(request: TrainingRequest): Promise<void>;

  /** What a training would need here. Without it: only the training tells. @throws KtrdrError as `barsFileFacts` */
  estimate?(request: Pick<TrainingRequest, 'strategy' | 'spec'>): Promise<BudgetedEstimate>;

  /**
   * Trains and stores the result. Settles only when nothing computes any more, or when that is unknown (`host_lost`).
   *
   * @throws an error caused by an OperationCancelledError once the token has fired and the run has ended
   * @throws KtrdrError with the code of the failure
   */
  train(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun>;

  /** Whether there is a checkpoint; `undefined` if only the operation's record can tell. */
  hasCheckpoint?(operationId: string): Promise<boolean>;
}
