import { printable, systemClock } from '@ktrdr/contracts';
import { ApiError, CliError } from './cli-error.js';
import { readTerminalSettings } from './config.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { Output } from './output.js';
import { nextCommands } from './next-commands.js';
import { runCommandLine } from './program.js';
import { processSettings } from './process-settings.js';
import { nearestName } from './suggestions.js';
import { inTypedWords } from './typed-words.js';
import { issueLinesOf } from './views/issues-view.js';

/** Runs the command line in this process. */
export async function runProcess(args: string[]): Promise<ExitCode> {
  const { saved, ...settings } = processSettings();
  const output = new Output(process.stdout, process.stderr, readTerminalSettings(undefined, saved));
  const context: CommandContext = {
    ...settings,
    output,
    clock: systemClock,
    signals: process,
    input: process.stdin,
  };
  try {
    return await runCommandLine(context, args);
  } catch (error) {
    return explain(context, error, args);
  }
}

/** Prints the error that ended a command. Only `--verbose` shows its cause. */
async function explain(context: CommandContext, error: unknown, args: string[]): Promise<ExitCode> {
  const { output } = context;
  const verbose = args.includes('--verbose');
  const known = error instanceof CliError;
  const told = error instanceof Error ? error.message : String(error);
  const message = error instanceof ApiError ? inTypedWords(told, args) : told;
  output.err(
    known ? printable(message) : `unexpected error in ktrdr: ${printable(message)} (--verbose shows more)`,
  );
  if (error instanceof ApiError) {
    for (const line of issueLinesOf(error)) output.err(line);
    const meant = await nearestName(context, error, args);
    if (meant !== null) output.err(`Did you mean ${printable(meant)}?`);
    for (const line of nextCommands(error)) output.err(printable(line));
    if (verbose) output.err(output.errorStyle.dim(`code: ${error.code}, HTTP ${error.status}`));
  }
  if (verbose && known && error.cause instanceof Error) {
    output.err(output.errorStyle.dim(`cause: ${printable(error.cause.message)}`));
  }
  if (verbose && !known && error instanceof Error) output.err(output.errorStyle.dim(error.stack ?? ''));
  return known ? error.exitCode : EXIT.failed;
}
