import { meaningOf } from '../columns/column-names.js';
import { TextBytes } from './text-bytes.js';

/** Columns of equal length, some rows of a table. */
export interface TableBatch {
  rows: number;
  columns: TableColumn[];
}

/** One column of a batch. */
export interface TableColumn {
  name: string;
  /** A cell: a number, or text that is quoted if it needs it. NaN and empty text stand for none. */
  cell: (row: number) => number | string;
}

/** Bytes of text at once. */
const CHUNK = 1 << 18;
/** Rows that a file of any size may have: the same bar again and again packs to almost nothing. */
const FREE_ROWS = 1_000_000;
/** `('Close', 'AAPL')`: how pandas writes a column with several header rows. */
const TUPLE = /^\('([^']*)', '([^']*)'\)$/;
/** A bar has four prices. */
const LEAST_TUPLES = 4;
/** The index of a table of pandas that has no name. */
const INDEX = /^(?:__index_level_\d+__|index)$/;

/** A table with typed columns as CSV in UTF-8, so that it is read like any other file of bars. */
export async function* tableText(
  batches: AsyncIterable<TableBatch>,
  withHeader = true,
): AsyncGenerator<Uint8Array> {
  const out = new TextBytes();
  let isFirst = withHeader;
  for await (const batch of batches) {
    const columns = indexFirst(batch.columns);
    if (isFirst) out.text(headerOf(columns));
    isFirst = false;
    const cells = columns.map(({ cell }) => cell);
    for (let row = 0; row < batch.rows; row++) {
      for (let at = 0; at < columns.length; at++) {
        if (at > 0) out.comma();
        const cell = cells[at]!(row);
        if (typeof cell === 'number') out.number(cell);
        else out.text(cell);
      }
      out.text('\n');
      if (out.length > CHUNK) yield out.take();
    }
  }
  yield out.take();
}

/** Rows that a file may say it has at once: room for them is made before they are read. @param bytes of the file */
export function mostRows(bytes: number): number {
  return FREE_ROWS + bytes;
}

/** The number that was meant by one of single precision, with the fewest digits: 1.1, not 1.100000023841858. */
export function singleNumber(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** pandas writes the index last. A file of bars begins with it. */
function indexFirst(columns: TableColumn[]): TableColumn[] {
  const isIndex = ({ name }: TableColumn): boolean =>
    INDEX.test(name) || (hasTuples(columns) && !TUPLE.test(name));
  const index = columns.filter(isIndex);
  return [
    ...index.map((column) => ({ ...column, name: INDEX.test(column.name) ? '' : column.name })),
    ...columns.filter((column) => !isIndex(column)),
  ];
}

function hasTuples(columns: Pick<TableColumn, 'name'>[]): boolean {
  return columns.filter(({ name }) => TUPLE.test(name)).length >= LEAST_TUPLES;
}

function headerOf(columns: TableColumn[]): string {
  const names = columns.map(({ name }) => name);
  if (!hasTuples(columns)) return line(names);
  const parts = names.map((name) => TUPLE.exec(name));
  const levels = [1, 2].map((level) => parts.slice(1).map((part) => part?.[level] ?? ''));
  const meanings = levels.map((words) => new Set(words.map((word) => meaningOf(word)?.meaning)).size);
  // grouped by symbol or by price
  const [prices = [], symbols = []] = meanings[0]! < meanings[1]! ? levels.toReversed() : levels;
  // as yfinance writes it
  return (
    line(['Price', ...prices]) + line(['Ticker', ...symbols]) + line([names[0]!, ...prices.map(() => '')])
  );
}

function line(cells: string[]): string {
  return `${cells.map(quoted).join(',')}\n`;
}

/** A text as a cell of a CSV file. */
export function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
