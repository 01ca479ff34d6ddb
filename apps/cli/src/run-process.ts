import { printable, systemClock } from '@ktrdr/contracts';
import { ApiError, CliError } from './cli-error.js';
import {
  readApiUrl,
  readAuthorities,
  readTerminalSettings,
  readToken,
  readWantsHostService,
  settingsFilePath,
  tokenFilePath,
} from './config.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { Output } from './output.js';
import { runCommandLine } from './program.js';
import type { SavedSettings } from './settings.js';
import { SettingsFile } from './settings-file.js';
import { TokenFile } from './token-file.js';
import { inTypedWords } from './typed-words.js';
import { issueLinesOf } from './views/issues-view.js';

/** Runs the command line in this process. */
export async function runProcess(args: string[]): Promise<ExitCode> {
  const file = new SettingsFile(settingsFilePath());
  const saved = savedSettings(file);
  const output = new Output(process.stdout, process.stderr, readTerminalSettings(undefined, saved));
  const context: CommandContext = {
    output,
    clock: systemClock,
    signals: process,
    input: process.stdin,
    apiUrl: () => readApiUrl(undefined, file.read()),
    authorities: () => readAuthorities(undefined, saved),
    environmentToken: () => readToken(),
    tokenFile: () => new TokenFile(tokenFilePath(undefined, saved)),
    settingsFile: () => file,
    wantsHostService: () => readWantsHostService(),
  };
  try {
    return await runCommandLine(context, args);
  } catch (error) {
    return explain(output, error, args);
  }
}

/** A damaged file must not stop the commands that need no setting, such as `ktrdr config`: the API's URL reports it. */
function savedSettings(file: SettingsFile): SavedSettings {
  try {
    return file.read();
  } catch {
    return {};
  }
}

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
