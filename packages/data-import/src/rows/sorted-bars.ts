import type { BarColumns } from '@ktrdr/market-data';
import type { RepeatedTimes } from './repeated-times.js';
import type { RowProblems } from './row-problems.js';
import type { TableRows } from './table-rows.js';

/** Columns of bars in ascending order of time, without duplicates. */
export interface SortedBars extends BarColumns {
  /** Order of the rows in the file. */
  order: 'ascending' | 'descending' | 'mixed';
}

/** What is needed to judge rows with the same time. */
export interface SortOptions {
  rows: TableRows;
  /** Open time of each row, ms UTC. */
  times: Float64Array;
  problems: RowProblems;
  /** Collects rows of the same time with other values. */
  repeated: RepeatedTimes;
  /** False while the times are not certain: rows of the same time may have different ones. */
  sure: boolean;
}

const TIME = 5;

/**
 * Sorts the given rows by time. The same bar twice is left out once; two different bars of one time are collected.
 *
 * @param kept indices of rows in the order of the file; `null` for all
 */
export function sortedBars(kept: Uint32Array | null, options: SortOptions): SortedBars {
  const { rows, times } = options;
  const count = kept === null ? rows.length : kept.length;
  const { order, strict } = orderOf(times, kept, count);
  if (kept === null && order === 'ascending' && strict) return allRows(rows, times);
  const index = kept ?? Uint32Array.from({ length: count }, (_, row) => row);
  if (order === 'descending' && strict) index.reverse();
  else if (order !== 'ascending') index.sort((a, b) => times[a]! - times[b]! || a - b);
  const unique = strict ? index : withoutDuplicates(index, options);
  const gather = (column: Float64Array): Float64Array => {
    const values = new Float64Array(unique.length);
    for (let at = 0; at < values.length; at++) values[at] = column[unique[at]!]!;
    return values;
  };
  const [open, high, low, close, volume] = rows.columns
    .slice(0, TIME)
    .map((column) => gather(column)) as Five;
  return { time: gather(times), open, high, low, close, volume, length: unique.length, order };
}

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

function allRows(rows: TableRows, times: Float64Array): SortedBars {
  const { length } = rows;
  const [open, high, low, close, volume] = rows.columns
    .slice(0, TIME)
    .map((column) => column.subarray(0, length)) as Five;
  return { time: times.subarray(0, length), open, high, low, close, volume, length, order: 'ascending' };
}

function orderOf(
  times: Float64Array,
  kept: Uint32Array | null,
  count: number,
): { order: SortedBars['order']; strict: boolean } {
  let up = 0;
  let down = 0;
  for (let at = 1; at < count; at++) {
    const before = times[kept === null ? at - 1 : kept[at - 1]!]!;
    const time = times[kept === null ? at : kept[at]!]!;
    if (time > before) up++;
    else if (time < before) down++;
  }
  const strict = up === Math.max(0, count - 1) || down === count - 1;
  return { order: down === 0 ? 'ascending' : up === 0 ? 'descending' : 'mixed', strict };
}

/** @param index rows in order of time */
function withoutDuplicates(index: Uint32Array, options: SortOptions): Uint32Array {
  const { rows, times, problems, repeated, sure } = options;
  let kept = 0;
  for (const row of index) {
    const before = kept === 0 ? -1 : index[kept - 1]!;
    if (before !== -1 && sure && times[row] === times[before]) {
      const line = rows.lines[row]!;
      if (rows.columns.every((column) => column[row] === column[before]))
        problems.leftOut.add(line, `the same bar as line ${rows.lines[before]!}`);
      else repeated.add(row, before);
      continue;
    }
    index[kept++] = row;
  }
  return index.subarray(0, kept);
}
