import { formatDate, formatLocal } from './format-local.js';
import { runsBackwards, type RowOrder } from './row-order.js';
import type { TimeZone } from './time-zone.js';
import type { TimeProblem } from './written-times.js';

/**
 * Turns local times into instants, in place. An hour that happens twice is resolved by the order of the rows: the first rows with its times
 * are the first hour, and after a step back (or a repeated time) the second hour begins.
 *
 * @param zoneOf zone of a row; `null`: its time is an instant already
 * @param lineOf line of a row in the file
 * @param barMs length of a bar, or `null`
 */
export function resolveLocalTimes(
  times: Float64Array,
  order: RowOrder,
  zoneOf: (row: number) => TimeZone | null,
  lineOf: (row: number) => number,
  barMs: number | null,
): TimeProblem[] {
  const problems: TimeProblem[] = [];
  for (const { from, to } of order.groups) {
    const rowAt = (index: number): number => (order.rows === null ? index : order.rows[index]!);
    const backwards = runsBackwards((index) => times[rowAt(index)]!, from, to);
    const count = to - from;
    const inTime = (index: number): number => rowAt(backwards ? to - 1 - index : from + index);
    let index = 0;
    while (index < count) {
      const row = inTime(index);
      const zone = zoneOf(row);
      const local = times[row]!;
      if (zone === null || Number.isNaN(local)) {
        index++;
        continue;
      }
      const earlier = zone.earlier(local);
      if (Number.isNaN(earlier)) {
        const { from: start, to: end } = zone.changeAround(local)!;
        problems.push({
          row,
          problem: `${clockOf(local)} on ${formatDate(local)} does not exist in ${zone.name}: the clocks go from ${clockOf(start)} to ${clockOf(end)}. Is this another time zone?`,
        });
        times[row] = NaN;
        index++;
        continue;
      }
      if (zone.laterBy(local) === 0) {
        times[row] = earlier;
        index++;
        continue;
      }
      index = resolveDoubled(times, { index, count, inTime, zone, zoneOf, lineOf, barMs }, problems);
    }
  }
  return problems;
}

interface DoubledHour {
  /** First row of the hour, as `inTime` counts. */
  index: number;
  count: number;
  /** Row by its place in time. */
  inTime: (index: number) => number;
  zone: TimeZone;
  zoneOf: (row: number) => TimeZone | null;
  lineOf: (row: number) => number;
  barMs: number | null;
}

/** Resolves the rows from `index` on that are within one doubled hour. @returns the place after them */
function resolveDoubled(times: Float64Array, hour: DoubledHour, problems: TimeProblem[]): number {
  const { index, count, inTime, zone, zoneOf, lineOf } = hour;
  const around = zone.changeAround(times[inTime(index)]!)!;
  let end = index;
  let steps = 0;
  let secondFrom = -1;
  while (end < count && zoneOf(inTime(end)) === zone) {
    const local = times[inTime(end)]!;
    if (!(local >= around.from && local < around.to)) break;
    if (end > index && local <= times[inTime(end - 1)]!) {
      steps++;
      secondFrom = end;
    }
    end++;
  }
  const rows = Array.from({ length: end - index }, (_, place) => inTime(index + place));
  const later = zone.laterBy(times[rows[0]!]!);
  const only = steps === 0 ? byNeighbours(times, hour, end, later) : null;
  for (const [place, row] of rows.entries()) {
    const local = times[row]!;
    const earlier = zone.earlier(local);
    if (steps === 1) times[row] = index + place < secondFrom ? earlier : earlier + later;
    else if (only !== null) times[row] = earlier + only;
    else {
      const place = `${clockOf(local)} on ${formatDate(local)} happens twice in ${zone.name}, when the clocks go back from ${clockOf(around.to)} to ${clockOf(around.from)}`;
      const why =
        steps === 0
          ? `line ${lineOf(row)} has it once, so the file does not say which one it is`
          : `the file has it in more than two rows`;
      problems.push({ row, problem: `${place}; ${why}. Remove the row, or give times in UTC` });
      times[row] = NaN;
    }
  }
  return end;
}

/** One bar in the hour: the bars beside it may both be one bar away from only one of its two instants. @returns ms to add, or `null` */
function byNeighbours(times: Float64Array, hour: DoubledHour, end: number, later: number): number | null {
  const { index, count, inTime, zone, zoneOf, barMs } = hour;
  if (barMs === null || end - index !== 1 || index === 0 || end >= count) return null;
  const earlier = zone.earlier(times[inTime(index)]!);
  const before = times[inTime(index - 1)]!;
  const next = inTime(end);
  const nextZone = zoneOf(next);
  const after = nextZone === null ? times[next]! : nextZone.earlier(times[next]!);
  const fits = [0, later].filter(
    (add) => earlier + add - before === barMs && after - earlier - add === barMs,
  );
  return fits.length === 1 ? fits[0]! : null;
}

/** `01:30` */
function clockOf(local: number): string {
  return formatLocal(local).slice(11, 16);
}
