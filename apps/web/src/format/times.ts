import { UNKNOWN } from './numbers.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// words are English, as the whole page; dates and numbers are as the user writes them
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
// `long` has the zone
const withTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** How long ago a moment was, as people say it: `3 min. ago`, `yesterday`; a date after a week. */
export function formatAgo(at: number, nowMs: number): string {
  const distance = nowMs - at;
  const size = Math.abs(distance);
  const in_ = (unit: Intl.RelativeTimeFormatUnit, ms: number): string =>
    relative.format(-Math.trunc(distance / ms), unit);
  if (size < 10 * SECOND_MS) return 'just now';
  if (size < MINUTE_MS) return in_('second', SECOND_MS);
  if (size < HOUR_MS) return in_('minute', MINUTE_MS);
  if (size < DAY_MS) return in_('hour', HOUR_MS);
  if (size < 7 * DAY_MS) return in_('day', DAY_MS);
  return dateOnly.format(at);
}

/** A moment in the user's zone, with its name: `5 Jan 2026, 15:30:00 CET`. */
export function formatMoment(at: number): string {
  return withTime.format(at);
}

/** A moment in UTC: `2026-01-05 14:30:00 UTC`. */
export function formatUtc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A duration: `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND_MS) return `${(Math.round(ms / 100) / 10).toString()} s`;
  const seconds = Math.round(ms / SECOND_MS);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return both(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return both(hours, 'h', minutes % 60, 'min');
  return both(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

const tickOptions = {
  year: { year: 'numeric' },
  month: { month: 'short', year: 'numeric' },
  day: { day: 'numeric', month: 'short' },
  time: { hour: '2-digit', minute: '2-digit' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const tickFormats = new Map<string, Intl.DateTimeFormat>();

function tickFormat(unit: keyof typeof tickOptions, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${unit} ${timeZone}`;
  const known = tickFormats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(undefined, { ...tickOptions[unit], timeZone });
  tickFormats.set(key, format);
  return format;
}

/**
 * A time on an axis, as exact as the axis needs it.
 *
 * @param at seconds since 1970
 * @param step distance of two ticks, s
 * @param timeZone of the axis; the user's if left out
 */
export function timeTick(at: number, step: number, timeZone?: string): string {
  const day = DAY_MS / SECOND_MS;
  const unit = step >= 365 * day ? 'year' : step >= 28 * day ? 'month' : step >= day ? 'day' : 'time';
  return tickFormat(unit, timeZone).format(at * SECOND_MS);
}
