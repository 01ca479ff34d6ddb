import type { Bars } from '../bars.js';
import { weekdayOf } from '../report/market-calendar.js';
import type { Sessions } from './sessions.js';

const WEEK = 7;
/** Days before the last one that show when a market closes. */
const DAYS_BACK = 3 * WEEK;

/**
 * True if the last day of the bars has ended: its last bar is as late in the day as on this day of the week in the two weeks before, and
 * as late as on the day before if the market closes no earlier on this day. Half a day does not seem to have ended then, nor do the days
 * after a change of summer time if no zone is given: rather a bar is missing than wrong.
 */
export function lastDayHasEnded(bars: Bars, sessions: Sessions): boolean {
  const ends = endsOfDays(bars, sessions);
  const [last, before] = [...ends.keys()];
  if (last === undefined || before === undefined) return false;
  const usual = [ends.get(last - WEEK), ends.get(last - 2 * WEEK)].filter((end) => end !== undefined);
  const closesEarlier = (ends.get(before - WEEK) ?? Infinity) > (ends.get(last - WEEK) ?? Infinity);
  if (usual.length === 0 || !closesEarlier) usual.push(ends.get(before)!);
  return ends.get(last)! >= Math.max(...usual);
}

/** True if the last day of the bars is as late in its week as the last days of the two weeks before. The day may not have ended. */
export function lastDayEndsWeek(bars: Bars, sessions: Sessions): boolean {
  const days = [...endsOfDays(bars, sessions).keys()];
  const last = days[0]!;
  const monday = last - weekdayOf(last);
  const before = [1, 2].flatMap((weeks) => {
    const start = monday - weeks * WEEK;
    const inWeek = days.filter((day) => day >= start && day < start + WEEK);
    return inWeek.length === 0 ? [] : [weekdayOf(Math.max(...inWeek))];
  });
  return before.length > 0 && weekdayOf(last) >= Math.max(...before);
}

/** Time of day of the last bar of each of the last days, newest first, ms. */
function endsOfDays({ time, length }: Bars, sessions: Sessions): Map<number, number> {
  const ends = new Map<number, number>();
  const last = sessions.dayOf(time[length - 1]!);
  for (let bar = length - 1; bar >= 0; bar--) {
    const day = sessions.dayOf(time[bar]!);
    if (day < last - DAYS_BACK) break;
    if (!ends.has(day)) ends.set(day, sessions.timeOfDay(time[bar]!));
  }
  return ends;
}
