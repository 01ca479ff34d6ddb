import type { ExecFileException } from 'node:child_process';
import { type ErrorBody, errorFromBody, KtrdrError, type PredictResponse } from '@ktrdr/contracts';
import { runProgram } from '../process/run-program.js';
import { PREDICTION_PROCESS } from '../process/programs.js';
import { unansweredError } from '../process/unanswered-error.js';
import type { PredictionRun } from './predict.js';

/** About ten times the output for 10,000 bars with four classes. */
const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

/** Output of the process. */
export type PredictionAnswer = { prediction: PredictResponse } | { error: ErrorBody };

export interface PredictionProcessOptions {
  /** ms until the process is killed. */
  timeoutMs: number;
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
export async function runPredictionProcess(
  run: PredictionRun,
  { timeoutMs, signal }: PredictionProcessOptions,
): Promise<PredictResponse> {
  const { error, stdout, stderr } = await runProgram([PREDICTION_PROCESS], {
    timeoutMs,
    signal,
    input: `${JSON.stringify(run)}\n`,
    mostOutputBytes: MOST_OUTPUT_BYTES,
  });
  if (error !== null) throw endingError(error, stderr, timeoutMs);
  const answer = JSON.parse(stdout.trim().split('\n').at(-1)!) as PredictionAnswer;
  if ('error' in answer) throw errorFromBody(answer.error);
  return answer.prediction;
}

function endingError(error: ExecFileException, stderr: string, timeoutMs: number): KtrdrError {
  if (error.killed === true) {
    return new KtrdrError(
      'prediction_timeout',
      `The prediction did not end within ${timeoutMs / 1000} s and was stopped. Ask for fewer bars.`,
      { details: { timeout_ms: timeoutMs } },
    );
  }
  return unansweredError(
    'prediction',
    error,
    stderr,
    'Free memory on this machine and try again. If this happens again, train the model again.',
  );
}
