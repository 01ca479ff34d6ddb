import Table from 'cli-table3';
import type { Style } from '../style.js';

export interface Column {
  head: string;
  align?: 'left' | 'right';
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Aligned columns under a dim header, indented by two spaces. No border lines, so that the text is easy to copy and grep. */
export function textTable(columns: Column[], rows: string[][], style: Style): string {
  const table = new Table({
    head: columns.map(({ head }) => style.dim(head)),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows);
  return indent(table.toString());
}

/** `name  value` lines with the values aligned in one column. Omits pairs whose value is `null` or empty. */
export function pairs(entries: [name: string, value: string | null][], style: Style): string {
  const known = entries.filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known
    .map(
      ([name, value]) =>
        `  ${style.dim(name.padEnd(width))}   ${value.replaceAll('\n', `\n${' '.repeat(width + 5)}`)}`,
    )
    .join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}
