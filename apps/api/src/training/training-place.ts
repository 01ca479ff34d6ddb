import type { TrainingProgressUpdate } from '@ktrdr/contracts';
import type { CancellationToken } from '@ktrdr/orchestrator';
import type { KeptRun } from './run-outputs.js';
import type { TrainingRequest } from './training-request.js';

/** What a run is given by the operation that it belongs to; the same for every place. */
export interface TrainingRunHooks {
  operationId: string;
  /** From 1. */
  attempt: number;
  /** Go on from the last checkpoint; else one that an attempt before left is not used. */
  resume: boolean;
  /** The run may be under way, started by a process that is gone. */
  takenOver: boolean;
  token: CancellationToken;
  /** The training's turn has come: call it before anything computes. @throws OperationCancelledError where it was cancelled meanwhile */
  begin: () => Promise<void>;
  /** Call it before anything is kept. @throws OperationCancelledError where the operation has another owner now */
  confirmOwner: () => Promise<void>;
  /** A report of the training process. */
  onProgress: (update: TrainingProgressUpdate) => void;
  /** Whether the run could go on from a checkpoint if it ended now. */
  onResumable: (resumable: boolean) => void;
  /** What is being waited for while the training process reports nothing, in words: `contacting the host`. */
  onWaiting: (phase: string) => void;
  /** What the run warns of, as soon as it is known. */
  onWarning: (warning: string) => void;
  /** A line that the training process wrote; it belongs in the log. */
  onOutput: (line: string) => void;
}

/** Where trainings run: beside this process, or on a host. The caller sees no difference. */
export interface TrainingPlace {
  /**
   * Trains and keeps the result. Settles only when nothing computes any more, or when nobody can say so (`host_lost`).
   *
   * @throws what was caused by an OperationCancelledError once the token has fired and the run has ended
   * @throws KtrdrError with the code of what went wrong
   */
  train(request: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun>;

  /** Whether there is a checkpoint; `undefined` where only the operation's record can say so. */
  hasCheckpoint?(operationId: string): Promise<boolean>;
}
