import type { ExecFileException } from 'node:child_process';
import { KtrdrError } from '@ktrdr/contracts';

/**
 * The error for a process that ended without an answer: `prediction_failed` or `backtest_failed`.
 *
 * @param advice what to do next
 */
export function unansweredError(
  work: 'prediction' | 'backtest',
  error: ExecFileException | null,
  stderr: string,
  advice: string,
): KtrdrError {
  const { signal = null, code = 0 } = error ?? {};
  const how = signal ? `signal ${signal}` : `exit code ${String(code)}`;
  const lines = stderr.trim().split('\n');
  const said = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1);
  return new KtrdrError(
    `${work}_failed`,
    `The ${work}'s process ended without an answer (${how})${said ? `: ${said.trim()}` : ''}. ${advice}`,
    { details: { signal, exit_code: code ?? null }, cause: error ?? undefined },
  );
}
