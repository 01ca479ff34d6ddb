import type { Command } from 'commander';
import { EXAMPLES } from './examples.js';

/** What help and completion know about a command. The build stores the tree, so that neither has to load Commander. */
export interface CommandNode {
  name: string;
  description: string;
  /** `models train [options] <strategy.yaml> [symbol]` without the program's name. */
  usage: string;
  arguments: { name: string; term: string; description: string; variadic: boolean }[];
  options: OptionNode[];
  examples: readonly string[];
  commands: CommandNode[];
}

export interface OptionNode {
  /** `-y, --yes` or `--status <status>` */
  flags: string;
  description: string;
  /** Allowed values, if they are a fixed list. */
  choices: readonly string[];
}

/** The tree below a Commander command. */
export function treeOf(command: Command, path: readonly string[] = []): CommandNode {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    usage: [...path, command.usage()].join(' '),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      term: help.argumentTerm(argument),
      description: argument.description,
      variadic: argument.variadic,
    })),
    options: help.visibleOptions(command).map((option) => ({
      flags: option.flags,
      description: option.description,
      choices: option.argChoices ?? [],
    })),
    examples: EXAMPLES[path.join(' ')] ?? [],
    commands: command.commands.map((inner) => treeOf(inner, [...path, inner.name()])),
  };
}

/** The command that the first words name, and the words after it; `null` if a word is not a command. */
export function findCommand(
  root: CommandNode,
  words: readonly string[],
): { node: CommandNode; rest: string[] } | null {
  let node = root;
  let used = 0;
  for (const word of words) {
    if (node.commands.length === 0 || word.startsWith('-')) break;
    const inner = node.commands.find(({ name }) => name === word);
    if (inner === undefined) return null;
    node = inner;
    used += 1;
  }
  return { node, rest: words.slice(used) };
}
