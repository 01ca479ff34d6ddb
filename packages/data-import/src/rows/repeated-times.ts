import type { ImportQuestion } from '@ktrdr/contracts';
import { ANY_VALUE } from '../columns/chosen-columns.js';
import { usedColumns, type Layout } from '../columns/layout.js';
import type { ImportContext } from '../context.js';
import { isMissing, looksLikeNumber } from '../numbers/number-text.js';
import { readRows, type RowsToRead } from '../table/read-rows.js';
import { looksLikeTime } from '../times/time-column.js';
import { askValue } from './series-values.js';
import type { TableRows } from './table-rows.js';

/** Pairs of rows that are compared. */
const MOST_PAIRS = 20;
/** A column with more values does not say which series a bar belongs to. */
const MOST_VALUES = 20;

/** Rows that have the time of another row of their symbol, and other values. */
export class RepeatedTimes {
  /** Index of each such row. */
  readonly rows: number[] = [];
  /** Index of the other row with the same time. */
  readonly firsts: number[] = [];

  add(row: number, first: number): void {
    this.rows.push(row);
    this.firsts.push(first);
  }
}

/** A table whose rows can be read again. */
interface ReadRows extends RowsToRead {
  layout: Layout;
  width: number;
  rows: TableRows;
}

/**
 * Asks which rows are the series if a column of words tells the rows of one time apart. Reads the file again. `null` if there is no such
 * column.
 */
export async function askRepeated(
  repeated: RepeatedTimes,
  { layout, width, rows, ...table }: ReadRows,
  { now, signal }: ImportContext,
): Promise<ImportQuestion | null> {
  const pairs = repeated.rows
    .slice(0, MOST_PAIRS)
    .map((row, at) => [rows.lines[row]!, rows.lines[repeated.firsts[at]!]!] as const);
  if (pairs.length === 0) return null;
  const chosen = layout.wanted.filter(({ value }) => value !== ANY_VALUE).map(({ column }) => column);
  const used = new Set([...usedColumns(layout), ...chosen]);
  const values = new Map<number, Set<string>>();
  for (let column = 0; column < width; column++) if (!used.has(column)) values.set(column, new Set());
  const wanted = new Set(pairs.flat());
  const cells = new Map<number, string[]>();
  await readRows(table, { now, signal }, (scanner) => {
    for (const [column, seen] of values) {
      const text = column < scanner.fields ? scanner.text(column) : '';
      if (!isMissing(text)) seen.add(text);
      if (seen.size > MOST_VALUES || looksLikeNumber(text) || looksLikeTime(text)) values.delete(column);
    }
    if (wanted.has(scanner.line))
      cells.set(
        scanner.line,
        Array.from({ length: scanner.fields }, (_cell, column) => scanner.text(column)),
      );
    return values.size > 0;
  });
  for (const [column, seen] of values) {
    const isDifferent = pairs.every(([line, first]) => {
      const [one = '', other = ''] = [cells.get(line)?.[column], cells.get(first)?.[column]];
      return one !== other && one !== '' && other !== '';
    });
    if (!isDifferent) continue;
    const [[line, first]] = pairs as [readonly [number, number]];
    const why = `; lines ${first} and ${line} have the same time`;
    return askValue(layout, { column, values: seen }, { why, isOneSeries: false });
  }
  return null;
}
