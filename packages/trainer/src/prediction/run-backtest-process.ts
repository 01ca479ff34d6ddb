import { type ErrorBody, errorFromBody } from '@ktrdr/contracts';
import { BACKTEST_PROCESS } from '../process/programs.js';
import { runProgram } from '../process/run-program.js';
import { unansweredError } from '../process/unanswered-error.js';
import type { BacktestOutcome, BacktestStep } from './backtest-model.js';
import type { BacktestRun } from './check-backtest.js';

/** Much more than a report of hundred symbols and hundred years. */
const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

/** Input of the process. */
export interface BacktestRequest {
  run: BacktestRun;
  /** An empty folder for the trades. */
  outputDir: string;
}

/** A line of its output. */
export type BacktestMessage = { step: BacktestStep } | { outcome: BacktestOutcome } | { error: ErrorBody };

export interface BacktestProcessOptions {
  /** After an abort, the process is killed. The promise settles after its end. */
  signal: AbortSignal;
  onStep: (step: BacktestStep) => void;
}

/**
 * Computes a backtest in its own short-lived process, so that it blocks nothing here and can be killed at any time.
 *
 * @throws KtrdrError the backtest's error; `backtest_failed` if the process gave no answer
 * @throws the signal's reason after an abort
 */
export async function runBacktestProcess(
  request: BacktestRequest,
  { signal, onStep }: BacktestProcessOptions,
): Promise<BacktestOutcome> {
  let last: BacktestMessage | null = null;
  const { error, stderr } = await runProgram([BACKTEST_PROCESS], {
    signal,
    input: `${JSON.stringify(request)}\n`,
    mostOutputBytes: MOST_OUTPUT_BYTES,
    onLine: (line) => {
      last = JSON.parse(line) as BacktestMessage;
      if ('step' in last) onStep(last.step);
    },
  });
  // assigned in a callback, which the compiler does not see
  const answer = last as BacktestMessage | null;
  if (error !== null || answer === null || 'step' in answer) {
    throw unansweredError(
      'backtest',
      error,
      stderr,
      'Free memory on this machine, or choose a shorter range.',
    );
  }
  if ('error' in answer) throw errorFromBody(answer.error);
  return answer.outcome;
}
