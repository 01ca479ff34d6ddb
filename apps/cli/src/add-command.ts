import type { Command } from 'commander';
import type { CommandContext } from './context.js';
import type { ExitCode } from './exit-code.js';

/** A command's code: takes the arguments in their order, then the options. */
export type CommandFunction = (context: CommandContext, ...parsed: never[]) => Promise<ExitCode>;

/** Adds a command to its group. `load` imports the command's code, only when the command runs. */
export type AddCommand = (
  group: Command,
  name: string,
  description: string,
  load: () => Promise<CommandFunction>,
) => Command;
