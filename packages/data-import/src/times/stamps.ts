import { TIMEFRAME_MS, type StampChoice, type Timeframe } from '@ktrdr/contracts';
import { DAY_MS } from '@ktrdr/market-data';
import type { TimeQuestion } from './quoting.js';

const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Days that show how sessions begin and end. */
const LEAST_DAYS = 3;
/** Bars of up to this length begin by chance at such times too rarely to need several days. */
const SHORT_MS = 5 * MINUTE_MS;
const MOST = 0.8;
/** A close is often written as the last second, or the last ms, of its bar. */
const LAST_SECOND_MS = 59_000;

/**
 * Turns close times into open times, in place. Times that all end with the last second of a minute are close times. A close can also be
 * written as the last minute of its bar.
 */
export function toOpenTimes(
  times: Float64Array,
  timeframe: Timeframe | null,
  chosen: StampChoice | undefined,
): StampChoice {
  const stamps = chosen ?? (endWithLastSecond(times) ? 'close' : 'open');
  if (stamps === 'open' || timeframe === null) return stamps;
  const length = TIMEFRAME_MS[timeframe];
  const early = areLastMinutes(times, length) ? MINUTE_MS : 0;
  for (let row = 0; row < times.length; row++) {
    const time = times[row]!;
    const isLast = ((time % MINUTE_MS) + MINUTE_MS) % MINUTE_MS >= LAST_SECOND_MS;
    times[row] = (isLast ? Math.ceil(time / MINUTE_MS) * MINUTE_MS : time + early) - length;
  }
  return stamps;
}

function endWithLastSecond(times: Float64Array): boolean {
  return everyTime(times, (time) => ((time % MINUTE_MS) + MINUTE_MS) % MINUTE_MS >= LAST_SECOND_MS);
}

/** True if every time is the last minute of a bar: 09:59, 10:59 of hourly bars. */
function areLastMinutes(times: Float64Array, length: number): boolean {
  const step = stepOf(length);
  return step > MINUTE_MS && everyTime(times, (time) => ((time % step) + step) % step === step - MINUTE_MS);
}

/** Bars begin at multiples of it in every zone: offsets are quarters of an hour. */
function stepOf(length: number): number {
  return Math.min(length, HALF_HOUR_MS / 2);
}

/** True if there are times, and all of them fit. */
function everyTime(times: Float64Array, fits: (time: number) => boolean): boolean {
  let any = false;
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    if (!fits(time)) return false;
    any = true;
  }
  return any;
}

/**
 * Sessions begin and end at whole or half hours. If the first bar of nearly every day is one bar after such a time, and the last bar is at
 * one, the times may be close times: asks. So may times that are all the last minute of a bar.
 *
 * @param times as the file writes them, ms
 */
export function sessionStamps(
  times: Float64Array,
  timeframe: Timeframe | null,
  lines: Uint32Array,
): TimeQuestion | null {
  if (timeframe === null) return null;
  const length = TIMEFRAME_MS[timeframe];
  if (areLastMinutes(times, length))
    return askStamps(
      (timeAt) =>
        `the file does not say whether its times are the open or the close of a bar: line ${lines[0]} has ${timeAt(0)}, and every time is a minute before a multiple of ${stepOf(length) / MINUTE_MS} minutes`,
      'bars begin at multiples of their length',
    );
  if (length > HALF_HOUR_MS) return null;
  let [days, late, day] = [0, 0, NaN];
  let [first, last] = [0, 0];
  const count = (): void => {
    if (Number.isNaN(day)) return;
    days++;
    if (last > first && beginsLate(first, last, length)) late++;
  };
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    const now = Math.floor(time / DAY_MS);
    const clock = time - now * DAY_MS;
    if (now !== day) {
      count();
      [day, first, last] = [now, clock, clock];
    } else if (clock < first) first = clock;
    else if (clock > last) last = clock;
  }
  count();
  if (days < (length <= SHORT_MS ? 1 : LEAST_DAYS) || late < days * MOST) return null;
  const text = (clock: number): string => new Date(clock).toISOString().slice(11, 16);
  return askStamps(
    () =>
      `the file does not say whether its times are the open or the close of a bar: nearly every day begins like ${text(first)} and ends like ${text(last)}`,
    'sessions begin and end at whole or half hours',
  );
}

/** True if a session of close times can begin and end so. */
function beginsLate(first: number, last: number, length: number): boolean {
  // sessions of half-hour bars can begin at any of them; many exchanges open at 09:30 and close at 15:00 or 16:00
  if (length === HALF_HOUR_MS)
    return first === 10 * HOUR_MS && (last === 15 * HOUR_MS || last === 16 * HOUR_MS);
  return first % HALF_HOUR_MS === length && last % HALF_HOUR_MS === 0;
}

/**
 * A week opens on its first day. If most weekly bars have the date of a Friday or Saturday, it may be the last day of their week: asks.
 *
 * @param times midnight UTC of each bar's date, ms
 */
export function weekStamps(times: Float64Array, lines: Uint32Array): TimeQuestion | null {
  let [late, lateRow] = [0, -1];
  for (let row = 0; row < times.length; row++) {
    const weekday = new Date(times[row]!).getUTCDay();
    if (weekday !== 5 && weekday !== 6) continue;
    late++;
    if (lateRow < 0) lateRow = row;
  }
  if (late * 2 <= times.length) return null;
  const weekday = new Date(times[lateRow]!).getUTCDay() === 5 ? 'Friday' : 'Saturday';
  return askStamps(
    (timeAt) =>
      `the file does not say whether its dates are the first or the last day of a week: line ${lines[lateRow]} has ${timeAt(lateRow)}, a ${weekday}`,
    'weeks of a market end on this day',
  );
}

/** Asks if the source of a file documents close times, but the file does not say its source for certain. */
export function sourceStamps(why: string | undefined, lines: Uint32Array): TimeQuestion | null {
  if (why === undefined) return null;
  return askStamps(
    (timeAt) =>
      `the file does not say whether its times are the open or the close of a bar: line ${lines[0]} has ${timeAt(0)}`,
    why,
  );
}

function askStamps(message: TimeQuestion['message'], suggestion: string): TimeQuestion {
  return { choice: 'stamps', message, answers: ['close', 'open'], suggestion };
}
