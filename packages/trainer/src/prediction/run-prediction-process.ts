import { execFile, type ExecFileException } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorBody, errorFromBody, KtrdrError, type PredictResponse } from '@ktrdr/contracts';
import type { PredictionRun } from './predict.js';

const PROGRAM = fileURLToPath(new URL('./prediction-process.js', import.meta.url));
/** Some ten times what 10,000 bars with four classes take. */
const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

/** What the process says. */
export type PredictionAnswer = { prediction: PredictResponse } | { error: ErrorBody };

export interface PredictionProcessOptions {
  /** ms until the process is killed. */
  timeoutMs: number;
  /** When it aborts, the process is killed; the promise settles after the process has ended. */
  signal: AbortSignal;
}

/**
 * Computes a prediction in a short process of its own: reading bars and features does not hold this one up, and a native
 * crash does not end it.
 *
 * @throws KtrdrError what the prediction threw; `prediction_failed`, `prediction_timeout` where the process gave no answer
 * @throws the signal's reason after an abort
 */
export function runPredictionProcess(
  run: PredictionRun,
  { timeoutMs, signal }: PredictionProcessOptions,
): Promise<PredictResponse> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Not execFile's own `signal`: it answers before the process has ended.
    const kill = (): void => void child.kill('SIGKILL');
    const child = execFile(
      process.execPath,
      [PROGRAM],
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES },
      (error, stdout, stderr) => {
        signal.removeEventListener('abort', kill);
        if (signal.aborted) return reject(signal.reason as Error);
        if (error !== null) return reject(endingError(error, stderr, timeoutMs));
        const answer = JSON.parse(stdout.trim().split('\n').at(-1)!) as PredictionAnswer;
        if ('error' in answer) return reject(errorFromBody(answer.error));
        return resolve(answer.prediction);
      },
    );
    signal.addEventListener('abort', kill, { once: true });
    // A process that is gone reads nothing; how it ended says why.
    child.stdin!.on('error', () => undefined);
    // Left open: its end tells the process that nobody waits any more.
    child.stdin!.write(`${JSON.stringify(run)}\n`);
  });
}

function endingError(error: ExecFileException, stderr: string, timeoutMs: number): KtrdrError {
  const { killed, signal, code } = error;
  if (killed === true) {
    return new KtrdrError(
      'prediction_timeout',
      `The prediction did not end within ${timeoutMs / 1000} s and was stopped. Ask for fewer bars.`,
      { details: { timeout_ms: timeoutMs } },
    );
  }
  const how = signal ? `signal ${signal}` : `exit code ${String(code)}`;
  const lines = stderr.trim().split('\n');
  const said = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1);
  return new KtrdrError(
    'prediction_failed',
    `The prediction's process ended without an answer (${how})${said ? `: ${said.trim()}` : ''}. ` +
      'Free memory on this machine and ask again; if it comes back, train the model again.',
    { details: { signal: signal ?? null, exit_code: code ?? null }, cause: error },
  );
}
