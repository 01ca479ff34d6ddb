import type { TrainingProgressUpdate } from '@ktrdr/contracts';
import type { TrainingRunOutcome, TrainingRunRequest } from '../training-run.js';

export interface TrainerProcessOptions {
  /** Aborted: the child is asked to stop, after `graceMs` it is terminated, then killed. */
  signal: AbortSignal;
  /** Aborted: the child is killed at once. */
  forceSignal?: AbortSignal;
  graceMs: number;
  /** A child that says nothing for so long is stuck and gets killed. Default 60 s. */
  silentAfterMs?: number;
  onProgress(update: TrainingProgressUpdate): void;
  /** Lines that the child wrote to stdout and stderr. */
  onOutput?(line: string): void;
}

/**
 * Runs one training in a process of its own. Settles only when that process has ended.
 *
 * @throws TrainingCancelledError after `signal` or `forceSignal`
 * @throws KtrdrError what the run threw; `trainer_crashed`, `trainer_out_of_memory`, `trainer_silent` when the process failed
 */
export declare function runTrainerProcess(
  request: TrainingRunRequest,
  options: TrainerProcessOptions,
): Promise<TrainingRunOutcome>;
