import { importError } from '../bytes/import-error.js';
import { isMissing, looksLikeNumber } from '../numbers/number-text.js';
import type { Head } from './head.js';
import { RowScanner, type Separators } from './row-scanner.js';

/** Separators in the order in which they are tried: text with tabs may have commas in it, not the other way round. */
const SEPARATORS = [
  { field: 9, name: 'tabs' },
  { field: 59, name: '";"' },
  { field: 44, name: '","' },
  { field: 124, name: '"|"' },
  { field: 32, name: 'spaces' },
] as const;
/** Rows that are looked at. */
const ROWS = 2_000;
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
  let most = 0;
  for (const { field, name } of tried) {
    const separators = { field, returns };
    const rows = firstRows(head, separators);
    const score = rowsWithPrices(rows);
    if (score <= most) continue;
    most = score;
    best = { separators, name, rows: said === undefined ? rows : rows.slice(1) };
  }
  if (best !== null) return best;
  if (/^\s*<(!doctype|html)/i.test(start))
    throw importError(file, 'this is a web page: download the file again');
  throw importError(
    file,
    'no line has a time and prices, separated by commas, semicolons, tabs, spaces or "|". A bar needs a time, open, high, low and close',
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

/** Rows with prices and the usual number of cells. */
function rowsWithPrices(rows: TextRow[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows)
    if (isDataRow(cells)) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** True for a row that may be a bar: several numbers, and nothing but a time or a symbol beside them. */
export function isDataRow(cells: string[]): boolean {
  const numbers = cells.filter((cell) => looksLikeNumber(cell)).length;
  return cells.length > LEAST_NUMBERS && numbers >= LEAST_NUMBERS && !cells[0]!.startsWith('#');
}

/** True if a row has no number and nothing that stands for a missing one. */
export function isTextRow(cells: string[]): boolean {
  return cells.every((cell) => cell === '' || !(looksLikeNumber(cell) || isMissing(cell)));
}
