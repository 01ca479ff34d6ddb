import type { TrainingRunOutcome, TrainingRunRequest } from '../run/training-run.js';
import { TRAINER_CHILD } from './programs.js';
import { runChild, type TrainerProcessOptions } from './run-child.js';

/**
 * Runs one training in its own process. Settles after that process has ended.
 *
 * @throws TrainingCancelledError after `signal` or `forceSignal`; its cause is the signal's reason
 * @throws KtrdrError the run's error; `trainer_crashed`, `trainer_out_of_memory`, `trainer_silent` if the process failed
 */
export function runTrainerProcess(
  request: TrainingRunRequest,
  options: TrainerProcessOptions,
): Promise<TrainingRunOutcome> {
  return runChild(TRAINER_CHILD, request, options);
}
