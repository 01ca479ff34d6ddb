import { KtrdrError, TIMEFRAME_MS, shown } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { dayOf } from '../report/market-calendar.js';
import { TimeZone } from '../time-zone.js';
import { DAY_MS } from '../timestamp.js';

const HOUR_MS = 3_600_000;
/** A time of day with fewer bars than this share of the busiest one belongs to the market's pause. */
const RARE = 0.25;
/** A file of fewer days does not show when a market pauses. */
const FEWEST_DAYS = 5;

/** The days of a market. */
export interface Sessions {
  /** Day that a bar belongs to, in days since 1970-01-01. */
  dayOf(time: number): number;
  /** Time since the day's beginning, ms. */
  timeOfDay(time: number): number;
  /** When a day begins, ms UTC. */
  startOf(day: number): number;
}

/**
 * The days of a market: dates of a zone, UTC by default. A market that trades over midnight and pauses later (futures: 17:00 to 16:00 in
 * Chicago) has days from one pause to the next. Such a day has the date on which most of it lies.
 *
 * @throws KtrdrError `invalid_request` for an unknown zone, or if the market trades past 00:00 UTC and no zone is given
 */
export function sessionsOf(bars: Bars, timezone: string | undefined): Sessions {
  const zone = zoneOf(timezone ?? 'UTC');
  const begin = beginOf(bars, zone);
  if (begin !== 0 && timezone === undefined) {
    throw new KtrdrError(
      'invalid_request',
      `The days of ${bars.file} are not certain without a time zone: the market trades past 00:00 UTC and pauses later. ` +
        'Set timezone (--timezone) to the zone of its exchange, for example Australia/Sydney.',
      { details: { field: 'timezone' } },
    );
  }
  // an evening belongs to the next date, a morning to its own
  const shift = begin === 0 ? 0 : begin >= DAY_MS / 2 ? DAY_MS - begin : -begin;
  const local = (time: number): number => time + zone.offsetAt(time) + shift;
  return {
    dayOf: (time) => dayOf(local(time)),
    timeOfDay: (time) => local(time) - dayOf(local(time)) * DAY_MS,
    startOf(day) {
      const start = day * DAY_MS - shift;
      const instant = zone.earlier(start);
      // where the clocks are put forward at midnight, the day begins an hour later
      return Number.isNaN(instant) ? start - zone.offsetAt(start) : instant;
    },
  };
}

function zoneOf(name: string): TimeZone {
  const zone = TimeZone.of(name);
  if (zone !== null) return zone;
  throw new KtrdrError(
    'invalid_request',
    `${shown(name)} is not a time zone: write a name such as America/New_York, UTC, or an offset such as -05:00.`,
    { details: { field: 'timezone' } },
  );
}

/** Local time at which a day of the market begins, ms: 0 unless it trades over midnight and pauses at another time. */
function beginOf({ time, length, timeframe }: Bars, zone: TimeZone): number {
  const step = Math.min(TIMEFRAME_MS[timeframe], HOUR_MS);
  if (TIMEFRAME_MS[timeframe] > HOUR_MS) return 0;
  const slots = DAY_MS / step;
  const bars = new Float64Array(slots);
  for (let bar = 0; bar < length; bar++) {
    const local = time[bar]! + zone.offsetAt(time[bar]!);
    const slot = Math.floor((local - dayOf(local) * DAY_MS) / step);
    bars[slot] = bars[slot]! + 1;
  }
  const most = bars.reduce((greatest, count) => Math.max(greatest, count), 0);
  const isPause = (slot: number): boolean => bars[(slot + slots) % slots]! < RARE * most;
  if (most < FEWEST_DAYS || isPause(0) || isPause(-1)) return 0;
  let longest = { end: 0, slots: 0 };
  for (let slot = 0, run = 0; slot < slots; slot++) {
    run = isPause(slot) ? run + 1 : 0;
    if (run > longest.slots) longest = { end: slot + 1, slots: run };
  }
  return longest.slots * step >= HOUR_MS ? longest.end * step : 0;
}
