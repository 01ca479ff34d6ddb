import type { StampChoice, Timeframe } from '@ktrdr/contracts';
import { DAY_MS } from '@ktrdr/market-data';
import type { Zones } from './find-zones.js';
import { formatLocal } from './format-local.js';
import type { TimeQuestion } from './quoting.js';

const HOUR_MS = 3_600_000;
/** From this hour of UTC on, it can be midnight of the next day somewhere. */
const FIRST_MIDNIGHT_HOUR = 11;
const INDIAN_MIDNIGHT_MS = 18.5 * HOUR_MS;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Dates of daily and weekly bars. */
export interface DailyDates {
  /** Midnight UTC of each bar's date. */
  times: Float64Array;
  question: TimeQuestion | null;
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
    lines,
  }: {
    timeframe: Timeframe | null;
    stamps: StampChoice | undefined;
    hasClock: boolean;
    /** Line of each row in the file. */
    lines: Uint32Array;
  },
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
  return { times: dates, question: inUtc && zone === null ? otherDay(times, lines) : null };
}

/** Asks for the zone if the date in UTC can be a day too early or too late. */
function otherDay(times: Float64Array, lines: Uint32Array): TimeQuestion | null {
  const seen = new Set<number>();
  let [clock, oddRow, least] = [0, -1, DAY_MS];
  for (let row = 0; row < times.length; row++) {
    const time = times[row]!;
    if (Number.isNaN(time)) continue;
    const day = Math.floor(time / DAY_MS);
    seen.add((((day + 4) % 7) + 7) % 7);
    clock = time - day * DAY_MS;
    if (clock !== 0 && oddRow < 0) oddRow = row;
    if (clock < least) least = clock;
  }
  if (oddRow < 0) return null;
  const odd = times[oddRow]!;
  const weekend = (shift: number): number =>
    [...seen].filter((weekday) => (weekday + 7 + shift) % 7 === 0 || (weekday + 7 + shift) % 7 === 6).length;
  const fewer = weekend(1) < weekend(0) || weekend(-1) < weekend(0);
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
    message: (timeAt) =>
      `the daily bars have times in UTC (line ${lines[oddRow]} has ${timeAt(oddRow)}, which is ${formatLocal(odd).replace('T', ' ')}), and ${why}: which time zone do their dates belong to?`,
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
