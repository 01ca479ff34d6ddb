import type { RowTimes } from '../data/split.js';

/**
 * For each of the given rows of one symbol, finds the newest row whose label was known before the given row's bar: the last bar of its
 * label is before that bar. -1 if there is none.
 */
export function newestKnownRows(
  { time, labelEnd }: Pick<RowTimes, 'time' | 'labelEnd'>,
  rows: Int32Array,
): Int32Array {
  const known = new Int32Array(time.length).fill(-1);
  // Rows ascend, so the last write to a position is the newest label.
  for (let row = 0; row < time.length; row += 1) {
    const from = firstAfter(time, labelEnd[row]!);
    if (from < time.length) known[from] = row;
  }
  for (let row = 1; row < known.length; row += 1) known[row] = Math.max(known[row]!, known[row - 1]!);
  return rows.map((row) => known[row]!);
}

/** Index of the first time after a moment, in ascending times; their count if there is none. */
function firstAfter(time: Float64Array, moment: number): number {
  let [low, high] = [0, time.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! > moment) high = middle;
    else low = middle + 1;
  }
  return low;
}
