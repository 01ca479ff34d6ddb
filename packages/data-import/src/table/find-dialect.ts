import { importError } from '../bytes/import-error.js';
import { isMissing, looksLikeNumber, numberOfText } from '../numbers/number-text.js';
import { looksLikeTime } from '../times/time-column.js';
import type { Head } from './head.js';
import { RowScanner, type Separators } from './row-scanner.js';

/** Separators, tried in this order: text with tabs may have commas in it, not the other way round. */
const SEPARATORS = [
  { field: 9, name: 'tabs' },
  { field: 59, name: '";"' },
  { field: 44, name: '","' },
  { field: 124, name: '"|"' },
  { field: 32, name: 'spaces' },
] as const;
/** Rows that are looked at. */
const ROWS = 2_000;
/** Rows in which a time is looked for. */
const ROWS_WITH_TIMES = 20;
/** Numbers in a row of prices: a date with a clock and two prices have fewer. */
const LEAST_NUMBERS = 3;

/** A row as text. */
export interface TextRow {
  line: number;
  cells: string[];
}

/** How a file separates its cells, and its first rows. */
export interface Dialect {
  separators: Separators;
  /** For display: `";"`. */
  name: string;
  /** Without blank lines. */
  rows: TextRow[];
}

/**
 * Finds the separator that makes most rows with prices. A line `sep=;`, as Excel writes it, decides it.
 *
 * @throws KtrdrError `import_invalid` if no separator makes a row with prices
 */
export function findDialect(file: string, head: Head): Dialect {
  const { bytes } = head;
  const returns = bytes.includes(13) && !bytes.includes(10);
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const said = /^"?sep=(.)"?[\r\n]/i.exec(start)?.[1]?.charCodeAt(0);
  const tried = said === undefined ? SEPARATORS : SEPARATORS.filter(({ field }) => field === said);
  let best: Dialect | null = null;
  let most: Score = { rows: 0, hasHeader: false };
  for (const { field, name } of tried) {
    const separators = { field, returns };
    const rows = firstRows(head, separators);
    const score = scoreOf(rows);
    if (score.rows < most.rows || (score.rows === most.rows && score.hasHeader <= most.hasHeader)) continue;
    most = score;
    best = { separators, name, rows: said === undefined ? rows : rows.slice(1) };
  }
  if (best !== null) return best;
  if (/^\s*<(!doctype|html)/i.test(start))
    throw importError(file, 'this is a web page: download the file again');
  throw importError(
    file,
    'no line has a time and prices. Separate the columns with commas, semicolons, tabs, spaces or "|"; a bar needs a time, open, high, low and close',
  );
}

function firstRows(head: Head, separators: Separators): TextRow[] {
  const scanner = new RowScanner(separators);
  scanner.push(head.bytes);
  if (head.whole) scanner.end();
  const rows: TextRow[] = [];
  while (rows.length < ROWS && scanner.next()) {
    if (scanner.fields === 0) continue;
    const cells = Array.from({ length: scanner.fields }, (_, field) => scanner.text(field));
    rows.push({ line: scanner.line, cells });
  }
  return rows;
}

interface Score {
  /** Rows with prices and the usual number of cells; twice as many if the first of them have a time. */
  rows: number;
  /** A row above the data has as many cells as the data. */
  hasHeader: boolean;
}

/** How well a separator fits. Of `100,5 101,5` commas make cells too, and of the names above it they make one. */
function scoreOf(rows: TextRow[]): Score {
  const counts = new Map<number, number>();
  const data = rows.filter(({ cells }) => isDataRow(cells));
  for (const { cells } of data) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const [cells, most] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0]);
  const first = data.slice(0, ROWS_WITH_TIMES);
  const times = first.filter((row) => row.cells.some((cell) => looksLikeTime(cell))).length;
  const above = data.length === 0 ? [] : rows.slice(0, rows.indexOf(data[0]!));
  const hasHeader = above.some((row) => row.cells.length === cells);
  return { rows: times * 2 > first.length ? most * 2 : most, hasHeader };
}

/** With spaces between thousands, `19481 100` looks like a number and is none. */
function isNumber(cell: string): boolean {
  return (
    looksLikeNumber(cell) && !(Number.isNaN(numberOfText(cell, '.')) && Number.isNaN(numberOfText(cell, ',')))
  );
}

/** True for a row that may be a bar: several numbers, and nothing but a time or a symbol beside them. */
export function isDataRow(cells: string[]): boolean {
  const numbers = cells.filter(isNumber).length;
  return cells.length > LEAST_NUMBERS && numbers >= LEAST_NUMBERS && !cells[0]!.startsWith('#');
}

/** True if a row has no number and nothing that stands for a missing one. */
export function isTextRow(cells: string[]): boolean {
  return cells.every((cell) => cell === '' || !(looksLikeNumber(cell) || isMissing(cell)));
}
