import { CliError, ApiError } from './cli-error.js';
import { printable, systemClock } from '@ktrdr/contracts';
import {
  readApiUrl,
  readAuthorities,
  readTerminalSettings,
  readToken,
  readWantsHostService,
  tokenFilePath,
} from './config.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { Output } from './output.js';
import { runCommandLine } from './program.js';
import { TokenFile } from './token-file.js';
import { inTypedWords } from './typed-words.js';
import { issueLinesOf } from './views/issues-view.js';

/** Prints the error that ended a command. Only `--verbose` shows its cause. */
function explain(output: Output, error: unknown, args: string[]): ExitCode {
  const verbose = args.includes('--verbose');
  const known = error instanceof CliError;
  const told = error instanceof Error ? error.message : String(error);
  const message = error instanceof ApiError ? inTypedWords(told, args) : told;
  output.err(
    known ? printable(message) : `unexpected error in ktrdr: ${printable(message)} (--verbose shows more)`,
  );
  if (error instanceof ApiError) {
    for (const line of issueLinesOf(error)) output.err(line);
    if (verbose) output.err(output.errorStyle.dim(`code: ${error.code}, HTTP ${error.status}`));
  }
  if (verbose && known && error.cause instanceof Error) {
    output.err(output.errorStyle.dim(`cause: ${printable(error.cause.message)}`));
  }
  if (verbose && !known && error instanceof Error) output.err(output.errorStyle.dim(error.stack ?? ''));
  return known ? error.exitCode : EXIT.failed;
}

// A reader that closes the output (`ktrdr ... | head`) ends the command, like other commands.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.unread);
  throw error;
});

const output = new Output(process.stdout, process.stderr, readTerminalSettings());
const context: CommandContext = {
  output,
  clock: systemClock,
  signals: process,
  input: process.stdin,
  apiUrl: () => readApiUrl(),
  authorities: () => readAuthorities(),
  environmentToken: () => readToken(),
  tokenFile: () => new TokenFile(tokenFilePath()),
  wantsHostService: () => readWantsHostService(),
};
const args = process.argv.slice(2);
try {
  process.exitCode = await runCommandLine(context, args);
} catch (error) {
  process.exitCode = explain(output, error, args);
}
