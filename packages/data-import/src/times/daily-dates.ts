import type { ImportQuestion, StampChoice, Timeframe } from '@ktrdr/contracts';
import { DAY_MS } from '@ktrdr/market-data';
import type { Zones } from './find-zones.js';
import { formatLocal } from './format-local.js';

const HOUR_MS = 3_600_000;
/** From this hour of UTC on, it can be midnight of the next day somewhere. */
const FIRST_MIDNIGHT_HOUR = 11;
const INDIAN_MIDNIGHT_MS = 18.5 * HOUR_MS;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Dates of daily and weekly bars. */
export interface DailyDates {
  /** Midnight UTC of each bar's date. */
  times: Float64Array;
  question: ImportQuestion | null;
}

/**
 * Finds the date of each bar: the date that the file writes. Times in UTC that are no midnight are opens or closes of a session, or midnights
 * of another zone. Their date in UTC is right unless it puts bars on a weekend where a neighbouring day does not.
 */
export function findDailyDates(
  times: Float64Array,
  zones: Zones,
  {
    timeframe,
    stamps,
    hasClock,
  }: { timeframe: Timeframe | null; stamps: StampChoice | undefined; hasClock: boolean },
): DailyDates {
  const inUtc = zones.allUtc;
  const zone = inUtc ? zones.given : null;
  const local = zone === null ? times : times.map((time) => time + zone.offsetAt(time));
  // the close of a day at midnight has the date after it
  const before = stamps === 'close' && (hasClock || inUtc) ? 1 : 0;
  const dates = local.map((time) => {
    const day = Math.floor((time - before) / DAY_MS);
    // a week ends on a Friday or a Sunday: its first day is Monday; 1970-01-01 was a Thursday
    const first = stamps === 'close' && timeframe === '1w' ? day - ((((day + 3) % 7) + 7) % 7) : day;
    return first * DAY_MS;
  });
  return { times: dates, question: inUtc && zone === null ? otherDay(times) : null };
}

/** Asks for the zone if the date in UTC can be a day too early or too late. */
function otherDay(times: Float64Array): ImportQuestion | null {
  const seen = new Set<number>();
  let [clock, odd, least] = [0, -1, DAY_MS];
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    const day = Math.floor(time / DAY_MS);
    seen.add((((day + 4) % 7) + 7) % 7);
    clock = time - day * DAY_MS;
    if (clock !== 0 && odd < 0) odd = time;
    if (clock < least) least = clock;
  }
  if (odd < 0) return null;
  const weekend = (shift: number): number =>
    [...seen].filter((weekday) => (weekday + 7 + shift) % 7 === 0 || (weekday + 7 + shift) % 7 === 6).length;
  const fewer = weekend(1) < weekend(0) || weekend(-1) < weekend(0);
  const example = formatLocal(odd).replace('T', ' ');
  const hour = (odd % DAY_MS) / HOUR_MS;
  const isMidnightSomewhere =
    (hour >= FIRST_MIDNIGHT_HOUR && Number.isInteger(hour)) || odd % DAY_MS === INDIAN_MIDNIGHT_MS;
  // a Friday would be a Saturday there
  const tooFew = weekend(0) === 0 && !seen.has(5) && isMidnightSomewhere;
  if (!fewer && !tooFew) return null;
  const why = fewer
    ? `in UTC some bars are on a ${WEEKDAYS[seen.has(0) ? 0 : 6]}`
    : 'this can be midnight of the next day in another zone';
  return {
    choice: 'timezone',
    message: `the daily bars have times such as ${example} UTC, and ${why}: which time zone do their dates belong to?`,
    answers: midnightZone(least) === null ? [] : [midnightZone(least)!, ...(fewer ? [] : ['UTC'])],
    suggestion: null,
  };
}

/** An offset in which this time of day in UTC is midnight of the next day: with summer time, the earliest of the file's. `null`: none. */
function midnightZone(clock: number): string | null {
  const hours = (DAY_MS - clock) / HOUR_MS;
  if (!Number.isInteger(hours) || hours > 24 - FIRST_MIDNIGHT_HOUR) return null;
  return `+${String(hours).padStart(2, '0')}:00`;
}
