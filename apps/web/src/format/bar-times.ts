import { UNKNOWN } from './numbers.js';
import { formatUtc } from './times.js';

/** Length of `YYYY-MM-DD`. */
const DATE_LENGTH = 10;

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const minutes = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/** True for the time of a daily or weekly bar: a date, which is the same in every zone. */
export function isDate(time: string): boolean {
  return time.length === DATE_LENGTH;
}

/** Open time of a bar: a date, or a minute in the user's zone with its name: `5 Jan 2026, 15:30 CET`. */
export function formatBarTime(time: string | null): string {
  if (time === null) return UNKNOWN;
  const at = Date.parse(time);
  if (Number.isNaN(at)) return time;
  return isDate(time) ? dates.format(at) : minutes.format(at);
}

/** The same in UTC, for the title; `undefined` for a date. */
export function barTimeTitle(time: string): string | undefined {
  const at = Date.parse(time);
  return isDate(time) || Number.isNaN(at) ? undefined : formatUtc(at);
}

/** The day of a bar in UTC, as data files and the fields of a training count days. */
export function formatBarDate(at: number): string {
  return dates.format(at);
}
