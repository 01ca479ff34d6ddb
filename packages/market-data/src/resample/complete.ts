import type { Bars } from '../bars.js';
import { weekdayOf } from '../report/market-calendar.js';
import type { Sessions } from './sessions.js';

/** Earlier days and weeks that show when a market closes. */
const MOST_COMPARED = 5;
const MOST_DAYS_BACK = 40;

/**
 * True if the last day of the bars has ended: its last bar is as late in the day as usual, on this day of the week. After a change of
 * summer time or on half a day this can be false although the day has ended, if no zone is given: rather one bar is missing than wrong.
 */
export function lastDayHasEnded(bars: Bars, sessions: Sessions): boolean {
  const { time, length } = bars;
  const last = sessions.dayOf(time[length - 1]!);
  const sameWeekday: number[] = [];
  const others: number[] = [];
  for (const bar of lastBarsOfDays(bars, sessions)) {
    const day = sessions.dayOf(time[bar]!);
    if (day === last) continue;
    const isSame = weekdayOf(day) === weekdayOf(last);
    (isSame ? sameWeekday : others).push(sessions.timeOfDay(time[bar]!));
  }
  const usual = usualOf(sameWeekday.length > 0 ? sameWeekday : others);
  return usual !== null && sessions.timeOfDay(time[length - 1]!) >= usual;
}

/** True if the last week of the bars has ended: its last day with bars is as late in the week as usual. The day itself may not have ended. */
export function lastDayEndsWeek(bars: Bars, sessions: Sessions): boolean {
  const { time, length } = bars;
  const last = sessions.dayOf(time[length - 1]!);
  const monday = last - weekdayOf(last);
  const latest = new Map<number, number>();
  for (const bar of lastBarsOfDays(bars, sessions)) {
    const day = sessions.dayOf(time[bar]!);
    const week = day - weekdayOf(day);
    if (week !== monday && !latest.has(week)) latest.set(week, weekdayOf(day));
  }
  const usual = usualOf([...latest.values()]);
  return usual !== null && weekdayOf(last) >= usual;
}

/** The last bar of each of the last days, newest first. */
function* lastBarsOfDays({ time, length }: Bars, sessions: Sessions): Generator<number, void> {
  const last = sessions.dayOf(time[length - 1]!);
  let previous = NaN;
  for (let bar = length - 1; bar >= 0; bar--) {
    const day = sessions.dayOf(time[bar]!);
    if (day < last - MOST_DAYS_BACK) return;
    if (day !== previous) yield bar;
    previous = day;
  }
}

/** The median of the first few values, the higher one of two. `null` without values. */
function usualOf(values: readonly number[]): number | null {
  const sorted = values.slice(0, MOST_COMPARED).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
