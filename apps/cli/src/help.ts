import { findCommand } from './command-tree.js';
import { helpText } from './help-text.js';
import { readCommandTree } from './own-files.js';

/** The help that the command line asks for, without loading a command; `null` if it asks for something else. */
export function storedHelp(args: readonly string[], columns: number): string | null {
  const end = args.indexOf('--');
  const words = end === -1 ? args : args.slice(0, end);
  if (!words.some((word) => word === '--help' || word === '-h')) return null;
  const tree = readCommandTree();
  const found = tree === null ? null : findCommand(tree, words);
  return found === null ? null : helpText(found.node, columns);
}
