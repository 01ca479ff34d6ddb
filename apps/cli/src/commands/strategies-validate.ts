import { printable, type ValidateStrategyRequest, type ValidateStrategyResponse } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readStrategyFile } from '../strategy-file.js';
import { issueLine } from '../views/issues-view.js';
import { counted } from '../views/numbers.js';
import type { ReadOptions } from '../read-options.js';

type CheckedFile = ValidateStrategyResponse & { file: string };

/** `ktrdr strategies validate FILE...`: every problem of every file as `file:line:column path: message`. Exit code 2 if a file has errors. */
export async function validateStrategies(
  context: CommandContext,
  files: string[],
  { json, quiet, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const api = openApi(context, { verbose });
  const answers: CheckedFile[] = [];
  for (const file of files) {
    const strategy = await textOrReason(file);
    if (strategy instanceof UsageError) {
      answers.push(unreadable(file, strategy.message));
      if (!json) output.err(printable(strategy.message));
      continue;
    }
    const request: ValidateStrategyRequest = { strategy, strategy_file: file };
    const answer = await api.post<ValidateStrategyResponse>('/strategies/validate', request);
    answers.push({ file, ...answer });
    if (json || quiet) continue;
    for (const issue of answer.issues) output.out(issueLine(issue));
    output.out(summary(file, answer));
  }
  if (json) output.json(answers);
  else if (quiet) for (const { file } of answers.filter(({ valid }) => !valid)) output.out(file);
  return answers.every(({ valid }) => valid) ? EXIT.completed : EXIT.usage;
}

/** A file that cannot be read is a problem of its own; the other files are still checked. */
function textOrReason(file: string): Promise<string | UsageError> {
  return readStrategyFile(file).catch((error: unknown) => {
    if (error instanceof UsageError) return error;
    throw error;
  });
}

function unreadable(file: string, message: string): CheckedFile {
  const issue = { severity: 'error', file, line: null, column: null, path: '', message } as const;
  return { file, valid: false, name: null, version: null, issues: [issue] };
}

function summary(file: string, { valid, version, issues }: ValidateStrategyResponse): string {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const warnings = issues.length - errors;
  const grammar = version === null ? '' : ` (${version})`;
  const findings = [
    ...(valid ? [] : [counted(errors, 'error')]),
    ...(warnings === 0 ? [] : [counted(warnings, 'warning')]),
  ].join(', ');
  return printable(
    `${file}: ${[valid ? `valid${grammar}` : 'not valid', findings].filter(Boolean).join(', ')}`,
  );
}
