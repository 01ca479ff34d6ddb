import type { RowTimes } from '../data/split.js';

/**
 * For each of some rows of one symbol the newest row whose label was known before the row's own bar: its label's last
 * bar lies before that bar. A label that needs later bars is not known yet, however old its row is. -1 where none was.
 */
export function newestKnownRows(
  { time, labelEnd }: Pick<RowTimes, 'time' | 'labelEnd'>,
  rows: Int32Array,
): Int32Array {
  const known = new Int32Array(time.length).fill(-1);
  // Each label is known from some row on; rows ascend, so that the last one written is the newest.
  for (let row = 0; row < time.length; row += 1) {
    const from = firstAfter(time, labelEnd[row]!);
    if (from < time.length) known[from] = row;
  }
  for (let row = 1; row < known.length; row += 1) known[row] = Math.max(known[row]!, known[row - 1]!);
  return rows.map((row) => known[row]!);
}

/** Index of the first of ascending times that lies after a moment; their count where none does. */
function firstAfter(time: Float64Array, moment: number): number {
  let [low, high] = [0, time.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! > moment) high = middle;
    else low = middle + 1;
  }
  return low;
}
