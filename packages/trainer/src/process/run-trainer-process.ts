import { type ErrorCode, KtrdrError } from '@ktrdr/contracts';
import type { TrainingRunOutcome, TrainingRunRequest } from '../run/training-run.js';
import { TRAINER_CHILD } from './programs.js';
import { runChild, type TrainerProcessOptions } from './run-child.js';
import type { WarmProcesses } from './warm-processes.js';

const CRASHES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['trainer_crashed', 'trainer_out_of_memory']);

/**
 * Runs one training in its own process: a warm one if there is one, otherwise a new one. Settles after that process has ended.
 *
 * @throws TrainingCancelledError after `signal` or `forceSignal`; its cause is the signal's reason
 * @throws KtrdrError the run's error; `trainer_crashed`, `trainer_out_of_memory`, `trainer_silent` if the process failed
 */
export async function runTrainerProcess(
  request: TrainingRunRequest,
  options: Omit<TrainerProcessOptions, 'waiting'>,
  warm: WarmProcesses | null = null,
): Promise<TrainingRunOutcome> {
  let isHeard = false;
  let trains = false;
  const watched: TrainerProcessOptions = {
    ...options,
    onProgress(update, ended) {
      isHeard = true;
      if (!trains && update.current_batch !== null) {
        trains = true;
        warm?.refillLater();
      }
      options.onProgress(update, ended);
    },
  };
  const mayStart = !options.signal.aborted && options.forceSignal?.aborted !== true;
  const waiting = mayStart ? (warm?.take() ?? null) : null;
  try {
    return await runChild(TRAINER_CHILD, request, { ...watched, waiting });
  } catch (error) {
    // the process may have died while it waited, just before it was taken
    if (waiting === null || isHeard || !hasCrashed(error)) throw error;
    return await runChild(TRAINER_CHILD, request, watched);
  } finally {
    warm?.refillLater();
  }
}

function hasCrashed(error: unknown): boolean {
  return error instanceof KtrdrError && CRASHES.has(error.code);
}
