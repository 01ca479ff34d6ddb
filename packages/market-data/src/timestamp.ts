import type { Timeframe } from '@ktrdr/contracts';

/** Milliseconds per day. */
export const DAY_MS = 86_400_000;

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const COLON = 58;
const POINT = 46;

/** The accepted forms, for messages. */
export const TIMESTAMP_FORMS = '2024-01-31, 2024-01-31T14:30:00Z or 2024-01-31 14:30:00+02:00';

/**
 * Parses an ISO 8601 date, or date and time, in `bytes[from, to)`. Returns ms since 1970-01-01 UTC; `NaN` if it is not
 * valid.
 *
 * A date alone means 00:00 UTC. A time without `Z` or offset is UTC. `T` may be a space. Seconds and a fraction are
 * optional; digits beyond milliseconds are cut off.
 */
export function parseTimestamp(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 10 || bytes[from + 4] !== MINUS || bytes[from + 7] !== MINUS) return NaN;
  const year = digits(bytes, from, 2) * 100 + digits(bytes, from + 2, 2);
  const month = digits(bytes, from + 5, 2);
  const day = digits(bytes, from + 8, 2);
  // Positive comparisons, so that NaN fails.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return NaN;
  const date = daysSinceEpoch(year, month, day) * DAY_MS;
  return to - from === 10 ? date : date + parseTime(bytes, from + 10, to);
}

/** The part after the date (`T14:30`, ` 14:30:00.250+02:00`), as ms since the date's 00:00 UTC. */
function parseTime(bytes: Uint8Array, from: number, to: number): number {
  const separator = bytes[from];
  if (separator !== 84 && separator !== 116 && separator !== 32) return NaN;
  if (to - from < 6 || bytes[from + 3] !== COLON) return NaN;
  const hour = digits(bytes, from + 1, 2);
  const minute = digits(bytes, from + 4, 2);
  let at = from + 6;
  let second = 0;
  let fraction = 0;
  if (at < to && bytes[at] === COLON) {
    if (to - at < 3) return NaN;
    second = digits(bytes, at + 1, 2);
    at += 3;
    if (at < to && bytes[at] === POINT) {
      const firstDigit = ++at;
      for (let scale = 100; at < to && isDigit(bytes[at]!); at++, scale /= 10) {
        if (scale >= 1) fraction += (bytes[at]! - ZERO) * scale;
      }
      if (at === firstDigit) return NaN;
    }
  }
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;
  const time = hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction;
  return time - parseOffset(bytes, at, to);
}

/** An offset in ms: nothing, `Z`, `+02`, `+0200` or `+02:00`. */
function parseOffset(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return 0;
  const sign = bytes[from];
  const length = to - from;
  if (sign === 90 || sign === 122) return length === 1 ? 0 : NaN;
  if (sign !== PLUS && sign !== MINUS) return NaN;
  if (length !== 3 && length !== 5 && length !== 6) return NaN;
  if (length === 6 && bytes[from + 3] !== COLON) return NaN;
  const hours = digits(bytes, from + 1, 2);
  const minutes = length === 3 ? 0 : digits(bytes, to - 2, 2);
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (hours * 3_600_000 + minutes * 60_000) * (sign === MINUS ? -1 : 1);
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function digits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    if (!isDigit(bytes[at]!)) return NaN;
    value = value * 10 + bytes[at]! - ZERO;
  }
  return value;
}

/** Days of a month (1..12) in the Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant, "days_from_civil"). */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** `2024-01-31` */
export function formatDate(time: number): string {
  const text = new Date(time).toISOString();
  return text.slice(0, text.indexOf('T'));
}

/** `2024-01-31` for midnight, otherwise `2024-01-31T14:30:00Z`. Milliseconds appear only if they are not zero. */
export function formatTimestamp(time: number): string {
  if (time % DAY_MS === 0) return formatDate(time);
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** A bar's timestamp as the file writes it: daily and weekly bars have the date alone. */
export function formatBarTime(time: number, timeframe: Timeframe): string {
  if (timeframe === '1d' || timeframe === '1w') return formatTimestamp(time);
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
