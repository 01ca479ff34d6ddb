import { padded, shortened, shownWidth } from '../shown-width.js';
import type { Style } from '../style.js';
import { wrappedName } from '../wrapped.js';

export interface Column {
  head: string;
  align?: 'left' | 'right';
  /** The column may be shortened to this many characters. Default: it may not. */
  least?: number;
  /** How it is shortened: cut at its end (default) or in its middle, or continued in further lines. */
  cut?: 'end' | 'middle' | 'wrap';
  /** A table that is too wide loses columns with a number, the highest first. */
  drop?: number;
}

const GAP = 2;

/**
 * Aligned columns under a dim header, indented by two spaces. No border lines, so that the text is easy to copy and grep.
 *
 * @param width of the terminal: columns that do not fit are shortened, then dropped
 */
export function textTable(
  columns: readonly Column[],
  rows: string[][],
  style: Style,
  width = Infinity,
): string {
  const natural = columns.map(({ head }, index) =>
    Math.max(shownWidth(head), ...rows.map((row) => shownWidth(row[index] ?? ''))),
  );
  const kept = columnsThatFit(columns, natural, width - 1);
  const widths = shrunk(columns, natural, kept, width - 1);
  const lines = (cells: string[]): string[] => {
    const parts = kept.map((index, place) => cellLines(cells[index] ?? '', widths[place]!, columns[index]!));
    return Array.from({ length: Math.max(1, ...parts.map(({ length }) => length)) }, (_, at) =>
      parts
        .map((part, place) => padded(part[at] ?? '', widths[place]!, columns[kept[place]!]!.align))
        .reduce((text, cell) => text + ' '.repeat(GAP) + cell, '')
        .trimEnd(),
    );
  };
  // a dim text with its spaces would keep them at the end of the line
  const header = lines(columns.map(({ head }) => head)).map((line) => style.dim(line));
  return [...header, ...rows.flatMap((row) => lines(row))].join('\n');
}

function cellLines(text: string, width: number, { cut }: Column): string[] {
  return cut === 'wrap' ? wrappedName(text, width) : [shortened(text, width, cut)];
}

/** Indexes of the columns that remain. */
function columnsThatFit(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const kept = columns.map((_, index) => index);
  const least = (index: number): number => Math.min(natural[index]!, columns[index]!.least ?? Infinity);
  const total = (): number => kept.reduce((sum, index) => sum + GAP + least(index), 0);
  const droppable = kept
    .filter((index) => columns[index]!.drop !== undefined)
    .toSorted((one, other) => columns[other]!.drop! - columns[one]!.drop!);
  while (total() > width && droppable.length > 0) kept.splice(kept.indexOf(droppable.shift()!), 1);
  return kept;
}

/** Widths of the kept columns: the widest that may be shortened gives first. */
function shrunk(
  columns: readonly Column[],
  natural: readonly number[],
  kept: readonly number[],
  width: number,
): number[] {
  const widths = kept.map((index) => natural[index]!);
  let excess = widths.reduce((sum, size) => sum + GAP + size, 0) - width;
  while (excess > 0) {
    const [place] = kept
      .map((index, at) => [at, widths[at]! - (columns[index]!.least ?? Infinity)] as const)
      .filter(([, spare]) => spare > 0)
      .toSorted(([one], [other]) => widths[other]! - widths[one]!)[0] ?? [null];
    if (place === null) break;
    widths[place]! -= 1;
    excess -= 1;
  }
  return widths;
}

/** `name  value` lines with the values aligned in one column. Omits pairs whose value is `null` or empty. */
export function pairs(entries: [name: string, value: string | null][], style: Style): string {
  const known = entries.filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '');
  const width = Math.max(0, ...known.map(([name]) => shownWidth(name)));
  return known
    .map(
      ([name, value]) =>
        `  ${style.dim(padded(name, width))}   ${value.replaceAll('\n', `\n${' '.repeat(width + 5)}`)}`,
    )
    .join('\n');
}
