import { Command, CommanderError } from 'commander';
import type { AddCommand } from './add-command.js';
import { treeOf } from './command-tree.js';
import { defineCommands } from './commands.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { helpText } from './help-text.js';
import { nearest } from './nearest.js';
import { readVersion } from './own-files.js';
import type { ReadOptions } from './read-options.js';

/**
 * Runs the command line `args` (without node and script). The code of a command is loaded only when the command runs, so that
 * usage errors appear at once.
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
        const given = parsed.slice(0, -1);
        context.output.quiet = (given.at(-1) as ReadOptions).quiet === true;
        exitCode = await run(context, ...(given as never[]));
      });
  const program = await createProgram(add, args);
  const { output } = context;
  configure(program, output.columns, {
    writeOut: (text) => output.stdout.write(text),
    // our own errors are wrapped at the terminal's width too
    writeErr: (text) => output.err(text.replace(/\n$/, '')),
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its message; a request for help or the version is not an error
    return error.exitCode === 0 ? EXIT.completed : EXIT.usage;
  }
  return exitCode;
}

/** Adds the nearest choice to Commander's message about a value that is none of the allowed ones. */
function withNearestChoice(message: string): string {
  const [, typed = '', choices = ''] =
    /argument '(.*)' is invalid\. Allowed choices are (.*)\./.exec(message) ?? [];
  const meant = nearest(typed, choices.split(', '));
  return meant === null ? message : message.replace(/\n?$/, ` Did you mean ${meant}?\n`);
}

/** @param words the command line; `null` defines every group */
export async function createProgram(add: AddCommand, words: readonly string[] | null): Promise<Command> {
  const program = new Command('ktrdr')
    .description('Train trading strategies as operations that you can follow, cancel and resume.')
    .version(readVersion());
  const added: Command[] = [];
  await defineCommands(
    program,
    (...parts) => {
      const command = add(...parts);
      added.push(command);
      return command;
    },
    words,
  );
  for (const command of added) addCommonOptions(command);
  addHelpHints(program, 'ktrdr');
  return program;
}

interface Writers {
  writeOut: (text: string) => unknown;
  writeErr: (text: string) => unknown;
}

function configure(
  command: Command,
  columns: number,
  { writeOut, writeErr }: Writers,
  path: string[] = [],
): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void writeOut(text),
      writeErr: (text) => void writeErr(text),
      outputError: (text, write) => write(withNearestChoice(text)),
    })
    .configureHelp({ formatHelp: () => helpText(treeOf(command, path), columns) });
  for (const inner of command.commands)
    configure(inner, columns, { writeOut, writeErr }, [...path, inner.name()]);
}

function addCommonOptions(command: Command): void {
  command
    .option('--json', 'print only JSON on stdout')
    .option('-q, --quiet', 'print only names and ids: no progress, notes and tables')
    .option('--verbose', 'print more: engines, inputs, each request');
}

/** Adds a hint about its help to every usage error. */
function addHelpHints(command: Command, words: string): void {
  command.showHelpAfterError(`For help: ${words} --help`);
  for (const inner of command.commands) addHelpHints(inner, `${words} ${inner.name()}`);
}
