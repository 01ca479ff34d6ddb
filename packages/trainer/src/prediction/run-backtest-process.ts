import { askProgram, unansweredError } from '@ktrdr/programs';
import { BACKTEST_PROCESS } from '../process/programs.js';
import type { BacktestOutcome, BacktestStep } from './backtest-model.js';
import type { BacktestRun } from './check-backtest.js';

/** Input of the process. */
export interface BacktestRequest {
  run: BacktestRun;
  /** An empty folder for the trades. */
  outputDir: string;
}

export interface BacktestProcessOptions {
  /** After an abort, the process is killed. The promise settles after its end. */
  signal: AbortSignal;
  /** The process is killed if it uses more memory than this, MB: a small model can ask for any amount. */
  mostMemoryMb: number;
  onStep: (step: BacktestStep) => void;
}

/**
 * Computes a backtest in its own short-lived process, so that it blocks nothing here and can be killed at any time.
 *
 * @throws KtrdrError the backtest's error; `backtest_failed` if the process gave no answer
 * @throws the signal's reason after an abort
 */
export function runBacktestProcess(
  request: BacktestRequest,
  options: BacktestProcessOptions,
): Promise<BacktestOutcome> {
  return askProgram<BacktestOutcome, BacktestStep>(BACKTEST_PROCESS, request, {
    ...options,
    unanswered: (end) =>
      unansweredError('backtest', end, 'Free memory on this machine, or choose a shorter range.'),
  });
}
