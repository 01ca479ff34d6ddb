import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import type { Bars } from './bars.js';
import { firstAtOrAfter } from './select-range.js';
import { formatBarTime } from './timestamp.js';

/** Base bars for which the newest closed bar of another timeframe is missing or out of date. */
export interface StaleStretch {
  /** The file that has no bars there, and its timeframe. */
  file: string;
  timeframe: Timeframe;
  /** Open times of the first and the last base bar concerned, ms UTC. */
  from: number;
  to: number;
  /** Open times of that file's last bar before the stretch and of its next bar, ms UTC; `null` if there is none. */
  previous: number | null;
  next: number | null;
}

/**
 * Finds base bars that another timeframe's file does not cover. A bar counts until its successor should have closed. It is
 * out of date after a whole further period in which the base file has bars and the other file has none. Weekends and
 * holidays are not out of date, because the base file has no bars there either.
 *
 * "A whole period" has at least as many base bars as the period of the other file's last bar. So a short session, such
 * as Sunday evening in currencies, does not count. The result for a base bar depends only on earlier bars, and on when the
 * other file continues.
 */
export function findStaleStretches(base: Bars, other: Bars): StaleStretch[] {
  const { file, timeframe } = other;
  const [baseLength, length] = [TIMEFRAME_MS[base.timeframe], TIMEFRAME_MS[timeframe]];
  const period = Math.max(length, baseLength);
  const opensBefore = (moment: number): number => firstAtOrAfter(base.time, moment);
  const opensIn = (start: number): number => opensBefore(start + period) - opensBefore(start);
  const closesBefore = (moment: number): number => opensBefore(moment - baseLength);
  const stretches: StaleStretch[] = [];
  const add = (from: number, to: number, previous: number | null, next: number | null): void => {
    if (from >= to) return;
    stretches.push({ file, timeframe, from: base.time[from]!, to: base.time[to - 1]!, previous, next });
  };
  /** @returns the end of the first whole period after the bar at `open` without a successor, ms UTC */
  const staleFrom = (open: number, next: number): number => {
    let whole = opensIn(open);
    for (let start = open + length; start + period <= next; start += period) {
      const row = opensBefore(start);
      if (row === base.length) break;
      // periods without base bars do not count
      start += Math.floor((base.time[row]! - start) / period) * period;
      if (start + period > next) break;
      const bars = opensIn(start);
      if (whole > 0 && bars >= whole) return start + period;
      if (whole === 0) whole = bars;
    }
    return Infinity;
  };

  const first = other.time[0]!;
  if (opensBefore(first) >= Math.max(1, opensIn(first))) add(0, closesBefore(first + length), null, first);
  for (let bar = 0; bar < other.length; bar += 1) {
    const next = other.time[bar + 1] ?? Infinity;
    const open = other.time[bar]!;
    if (next < open + length + period) continue;
    add(
      closesBefore(staleFrom(open, next)),
      closesBefore(next + length),
      open,
      next === Infinity ? null : next,
    );
  }
  return stretches;
}

/** `STALE_4h.csv has no bars after 2017-09-29T20:00:00Z` */
export function describeStale({ file, timeframe, previous, next }: StaleStretch): string {
  const bar = (time: number): string => formatBarTime(time, timeframe);
  if (previous === null) return `${file} has no bars before ${bar(next!)}`;
  return next === null
    ? `${file} has no bars after ${bar(previous)}`
    : `${file} has no bars between ${bar(previous)} and ${bar(next)}`;
}
