import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { AddCommand } from './add-command.js';
import { defineCommands } from './commands.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';

/**
 * Runs the command line `args` (without node and script). The code of a command is loaded only when the command runs, so that
 * help and usage errors appear at once.
 *
 * @throws CliError; any other error of a command
 */
export async function runCommandLine(context: CommandContext, args: string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.completed;
  const add: AddCommand = (group, name, description, load) =>
    group
      .command(name)
      .description(description)
      .action(async (...parsed: unknown[]) => {
        const run = await load();
        // Commander adds the command itself after the options
        exitCode = await run(context, ...(parsed.slice(0, -1) as never[]));
      });
  const program = createProgram(context);
  defineCommands(program, add);
  complete(program, 'ktrdr');
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its message; a request for help or the version is not an error
    return error.exitCode === 0 ? EXIT.completed : EXIT.usage;
  }
  return exitCode;
}

/** Maximum line width of the help, in characters. */
const HELP_WIDTH = 100;

function createProgram({ output }: CommandContext): Command {
  return new Command('ktrdr')
    .description('Train trading strategies as operations that you can follow, cancel and resume.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.stdout.write(text),
      writeErr: (text) => output.stderr.write(text),
      getOutHelpWidth: () => Math.min(output.columns, HELP_WIDTH),
      getErrHelpWidth: () => Math.min(output.columns, HELP_WIDTH),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      `
Examples:
  ktrdr data sample AAPL 1m --start-date 2023-12-01 --end-date 2024-03-29
  ktrdr models train strategies/test_strategy.yaml --start-date 2024-01-01 --end-date 2024-01-02
  ktrdr operations list

Exit codes: 0 completed, 1 failed, 2 invalid input, 130 cancelled or detached with Ctrl+C.
KTRDR_API_URL is the URL of the API (default http://localhost:8000); KTRDR_CA_FILE is the file of its private
certificate authority, if it has one.`,
    );
}

/** Adds the common options to every command, and a hint about its help to every usage error. */
function complete(command: Command, words: string): void {
  command.showHelpAfterError(`For help: ${words} --help`);
  for (const inner of command.commands) complete(inner, `${words} ${inner.name()}`);
  if (command.commands.length > 0) return;
  command
    .option('--json', 'print only JSON on stdout')
    .option('--verbose', 'print more: engines, inputs, each request');
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
