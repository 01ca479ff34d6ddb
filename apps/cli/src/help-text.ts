import type { CommandNode } from './command-tree.js';
import { wrapped } from './wrapped.js';

/** Maximum line width of the help, in characters. */
const WIDEST = 100;
/** Terms longer than this get a separate line. */
const LONGEST_TERM = 32;

/** `ktrdr <command> --help`. @param columns width of the terminal */
export function helpText(node: CommandNode, columns: number): string {
  const width = Math.max(40, Math.min(WIDEST, columns - 1));
  const sections = [
    `Usage: ktrdr ${node.usage}`,
    node.description,
    section(
      'Arguments',
      node.arguments.filter(({ description }) => description !== ''),
      width,
    ),
    section(
      'Commands',
      node.commands.map(({ name, description }) => ({ term: name, description })),
      width,
    ),
    section(
      'Options',
      node.options.map(({ flags, description, choices }) => ({
        term: flags.startsWith('--') ? `    ${flags}` : flags,
        description: [description, ...(choices.length > 0 ? [`one of: ${choices.join(', ')}`] : [])]
          .filter((part) => part !== '')
          .join('; '),
      })),
      width,
    ),
    node.examples.length === 0
      ? ''
      : `Examples:\n${node.examples.map((example) => exampleLines(example, width)).join('\n')}`,
    node.usage.startsWith('[') ? EPILOGUE : '',
  ];
  return `${sections
    .filter((text) => text !== '')
    .map((text) => wrapped(text, width))
    .join('\n\n')}\n`;
}

const EPILOGUE = `Help for a command: ktrdr <command> --help. What is wrong with this machine: ktrdr doctor.

Exit codes: 0 completed, 1 failed, 2 invalid input, 130 cancelled or detached with Ctrl+C.`;

/** A command that is too long continues on the next line, as a shell reads it. */
function exampleLines(example: string, width: number): string {
  return `  ${wrapped(example, width - 6).replaceAll('\n', ' \\\n    ')}`;
}

function section(title: string, rows: { term: string; description: string }[], width: number): string {
  if (rows.length === 0) return '';
  const terms = rows.map(({ term }) => term.length).filter((length) => length <= LONGEST_TERM);
  const column = Math.min(Math.max(0, ...terms), Math.floor(width / 2));
  const lines = rows.map(({ term, description }) =>
    term.length > column && description !== ''
      ? `  ${term}\n${hanging(description, column, width)}`
      : `  ${term.padEnd(column)}  ${hanging(description, column, width).trimStart()}`.trimEnd(),
  );
  return `${title}:\n${lines.join('\n')}`;
}

/** A description beside its term, wrapped under itself. */
function hanging(text: string, column: number, width: number): string {
  const indentation = ' '.repeat(column + 4);
  return wrapped(text, Math.max(20, width - indentation.length))
    .split('\n')
    .map((line) => `${indentation}${line}`)
    .join('\n');
}
