import { Command } from 'commander';
import { type CommandNode, treeOf } from './command-tree.js';
import { createProgram } from './program.js';

/** The tree of all commands. The build stores it as `dist/commands.json`. */
export async function wholeTree(): Promise<CommandNode> {
  const program = await createProgram(
    (group: Command, name, description) =>
      group
        .command(name)
        .description(description)
        .action(() => {}),
    null,
  );
  return treeOf(program);
}
