import type { TrainingRunOutcome, TrainingRunRequest } from '../run/training-run.js';
import { TRAINER_CHILD } from './programs.js';
import { runChild, type TrainerProcessOptions } from './run-child.js';

/**
 * Runs one training in a process of its own. Settles only when that process has ended.
 *
 * @throws TrainingCancelledError after `signal` or `forceSignal`, caused by the signal's reason
 * @throws KtrdrError what the run threw; `trainer_crashed`, `trainer_out_of_memory`, `trainer_silent` when the process failed
 */
export function runTrainerProcess(
  request: TrainingRunRequest,
  options: TrainerProcessOptions,
): Promise<TrainingRunOutcome> {
  return runChild(TRAINER_CHILD, request, options);
}
