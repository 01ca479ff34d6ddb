import { KtrdrError, type ModelDecisions, type PredictResponse } from '@ktrdr/contracts';
import { askProgram, unansweredError } from '@ktrdr/programs';
import { PREDICTION_PROCESS } from '../process/programs.js';
import type { DecisionsRun } from './decide-test-part.js';
import type { PredictionRun } from './predict.js';

export interface PredictionProcessOptions {
  /** ms until the process is killed. */
  timeoutMs: number;
  /** The process is killed if it uses more memory than this, MB: a small model can ask for any amount. */
  mostMemoryMb: number;
  /** After an abort, the process is killed. The promise settles after its end. */
  signal: AbortSignal;
}

/**
 * Computes a prediction in its own short-lived process, so that reading bars does not block this process and a native crash does not
 * end it.
 *
 * @throws KtrdrError the prediction's error; `prediction_failed`, `prediction_timeout` if the process gave no answer
 * @throws the signal's reason after an abort
 */
export function runPredictionProcess(
  run: PredictionRun,
  options: PredictionProcessOptions,
): Promise<PredictResponse> {
  return ask<PredictResponse>(run, options);
}

/** Decides on the test part of a model, in the same way. */
export function runDecisionsProcess(
  run: DecisionsRun,
  options: PredictionProcessOptions,
): Promise<ModelDecisions> {
  return ask<ModelDecisions>(run, options);
}

function ask<T>(
  run: PredictionRun | DecisionsRun,
  { timeoutMs, mostMemoryMb, signal }: PredictionProcessOptions,
): Promise<T> {
  return askProgram<T>(PREDICTION_PROCESS, run, {
    timeoutMs,
    mostMemoryMb,
    signal,
    unanswered: (end) => {
      if (end.error?.killed === true && end.usedMb === null) return timeoutError(timeoutMs);
      const advice =
        end.usedMb === null
          ? 'Free memory on this machine and try again. If this happens again, train the model again.'
          : 'Use fewer bars, or raise TRAINING_MAX_MEMORY_MB. A model from elsewhere can be the cause.';
      return unansweredError('prediction', end, advice);
    },
  });
}

function timeoutError(timeoutMs: number): KtrdrError {
  return new KtrdrError(
    'prediction_timeout',
    `The prediction did not end within ${timeoutMs / 1000} s and was stopped. Ask for fewer bars.`,
    { details: { timeout_ms: timeoutMs } },
  );
}
