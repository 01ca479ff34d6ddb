import type { DataFinding } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { DAY_MS } from '../timestamp.js';
import { counted, findingOf, percent, type Place } from './finding.js';
import { dayOf, type MarketCalendar, WEEKDAYS, weekdayOf } from './market-calendar.js';

/** A market is closed on a weekday that has bars less often, relative to its most frequent one. */
const CLOSED = 0.2;
/** Exchanges hold special sessions on a Saturday or Sunday at most this often. */
const SPECIAL_SESSIONS_PER_YEAR = 1;
const YEAR_MS = 365.25 * DAY_MS;

/** Finds bars on days of the week on which the market is usually closed. */
export function findWeekendBars(bars: Bars, { knowsDays, occupancy }: MarketCalendar): DataFinding[] {
  if (!knowsDays || bars.timeframe === '1w') return [];
  const most = Math.max(...occupancy);
  const closed = occupancy.map((share) => share < CLOSED * most);
  if (occupancy.every((share, weekday) => !closed[weekday] || share === 0)) return [];
  const places: Place[] = [];
  for (let bar = 0; bar < bars.length; bar += 1) {
    const day = dayOf(bars.time[bar]!);
    const weekday = weekdayOf(day);
    if (!closed[weekday]) continue;
    const place = places.at(-1);
    if (place !== undefined && dayOf(bars.time[place.from]!) === day) {
      place.to = bar;
      place.weight += 1;
    } else places.push({ from: bar, to: bar, text: `a ${WEEKDAYS[weekday]!}`, weight: 1 });
  }
  const years = Math.max(1, (bars.time[bars.length - 1]! - bars.time[0]!) / YEAR_MS);
  const special = places.length <= SPECIAL_SESSIONS_PER_YEAR * years;
  const count = places.reduce((sum, { weight }) => sum + weight, 0);
  const names = WEEKDAYS.filter((_, weekday) => closed[weekday] && occupancy[weekday]! > 0).join(' and ');
  return [
    findingOf(bars, {
      kind: 'weekend_bars',
      severity: special ? 'note' : 'warning',
      message:
        `${counted(count, 'bar')} (${percent(count / bars.length)}) on ${counted(places.length, 'day')} fall on a ${names.replace(' and ', ' or ')}, ` +
        `when this market is closed${special ? ': a special session, or an error.' : '. Check the time zone of the file, and remove bars outside market hours.'}`,
      bars: count,
      places,
    }),
  ];
}
