import type { ImportQuestion } from '@ktrdr/contracts';
import { ANY_VALUE, onlyAnswer } from '../columns/chosen-columns.js';
import { columnName, type Layout } from '../columns/layout.js';
import type { RowProblems } from './row-problems.js';
import { OPEN_BAR, type RowReader } from './row-reader.js';
import type { TableRows } from './table-rows.js';

/**
 * Leaves out the bars that were still open. Only the newest bars of a symbol can be: asks if a newer one was complete, or if none was,
 * since the column may then mean something else.
 */
export function leaveOpenBarsOut(
  { openRows, completeWords }: Pick<RowReader, 'openRows' | 'completeWords'>,
  layout: Layout,
  { rows, times, problems }: { rows: TableRows; times: Float64Array; problems: RowProblems },
): ImportQuestion | null {
  if (openRows.length === 0) return null;
  const open = new Set(openRows);
  const symbolOf = (row: number): number => rows.symbols?.[row] ?? 0;
  /** Newest row of each symbol whose bar was complete. */
  const newest = new Map<number, number>();
  for (let row = 0; row < rows.length; row++) {
    const known = newest.get(symbolOf(row));
    if (!open.has(row) && (known === undefined || times[row]! > times[known]!))
      newest.set(symbolOf(row), row);
  }
  for (const row of openRows) problems.leftOut.add(rows.lines[row]!, OPEN_BAR);
  const ask = (what: string): ImportQuestion => ({
    choice: 'only',
    message: `${columnName(layout, layout.complete)} says that the bar in line ${what} Only the newest bar can be incomplete. Which rows do you want to import?`,
    answers: [...completeWords, ANY_VALUE].map((value) => onlyAnswer(layout, layout.complete, value)),
    suggestion: null,
  });
  if (layout.names[layout.complete] === null)
    return {
      ...ask(''),
      message: `${columnName(layout, layout.complete)} is 0 in line ${rows.lines[openRows[0]!]!}, and 1 in others: the bar may not have been complete. Which rows do you want to import?`,
    };
  for (const row of openRows) {
    const last = newest.get(symbolOf(row));
    if (last !== undefined && times[row]! < times[last]!)
      return ask(
        `${rows.lines[row]!} was not complete, but line ${rows.lines[last]!} is a newer bar that was.`,
      );
  }
  return rows.length > 1 && openRows.length === rows.length
    ? ask(`${rows.lines[0]!} was not complete, and that no other bar was.`)
    : null;
}
