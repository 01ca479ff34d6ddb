import type { RowTimes } from '../split.js';

/**
 * For each of some rows of one symbol the newest row whose label was known before the row's own bar: its label's last
 * bar lies before that bar. A label that needs later bars is not known yet, however old its row is. -1 where none was.
 *
 * @param rows ascending
 */
export function newestKnownRows({ time, labelEnd }: RowTimes, rows: Int32Array): Int32Array {
  const byEnd = Int32Array.from(time.keys()).sort((a, b) => labelEnd[a]! - labelEnd[b]! || a - b);
  let [at, newest] = [0, -1];
  return rows.map((row) => {
    for (; at < byEnd.length && labelEnd[byEnd[at]!]! < time[row]!; at += 1) {
      newest = Math.max(newest, byEnd[at]!);
    }
    return newest;
  });
}
