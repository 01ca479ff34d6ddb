import { KtrdrError } from '@ktrdr/contracts';
import { lineOfError } from './line-of-error.js';
import type { ProgramEnd } from './run-program.js';

/**
 * The error for a process that ended without an answer: `prediction_failed`, `backtest_failed` or `import_failed`.
 *
 * @param advice what to do next
 */
export function unansweredError(
  work: 'prediction' | 'backtest' | 'import',
  { error, stderr, usedMb }: ProgramEnd,
  advice: string,
): KtrdrError {
  const { signal = null, code = 0 } = error ?? {};
  const said = lineOfError(stderr.trim().split('\n'));
  const how =
    usedMb === null
      ? `ended without an answer (${signal ? `signal ${signal}` : `exit code ${String(code)}`})${said ? `: ${said.trim()}` : ''}`
      : `used ${usedMb} MB of memory, more than its limit, and was ended`;
  return new KtrdrError(`${work}_failed`, `The ${work}'s process ${how}. ${advice}`, {
    details: { signal, exit_code: code ?? null, ...(usedMb === null ? {} : { used_mb: usedMb }) },
    cause: error ?? undefined,
  });
}
