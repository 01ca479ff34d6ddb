import { KtrdrError, shown } from '@ktrdr/contracts';
import { DAY_MS, TIMESTAMP_FORMS, daysInMonth, parseTimestamp } from './timestamp.js';

/** A range of ms since 1970-01-01 UTC. Both ends are included; a missing end is open. */
export interface DateRange {
  start?: number;
  end?: number;
}

/**
 * Parses a range of dates (`2024-01-31`, or ISO 8601 with a time). An end date without a time includes that whole day.
 * Throws `invalid_date`, and `invalid_date_range` if the end is before the start.
 */
export function parseDateRange(start?: string, end?: string): DateRange {
  const range: DateRange = {};
  if (start !== undefined) range.start = parseDate(start, 'start');
  if (end !== undefined) {
    const time = parseDate(end, 'end');
    range.end = end.trim().length === 10 ? time + DAY_MS - 1 : time;
  }
  if (range.start !== undefined && range.end !== undefined && range.start > range.end) {
    throw new KtrdrError(
      'invalid_date_range',
      `The start date ${start} is after the end date ${end}: swap them.`,
      { details: { start_date: start, end_date: end } },
    );
  }
  return range;
}

function parseDate(text: string, which: 'start' | 'end'): number {
  const bytes = Buffer.from(text.trim());
  const time = parseTimestamp(bytes, 0, bytes.length);
  if (!Number.isNaN(time)) return time;
  throw new KtrdrError('invalid_date', `The ${which} date ${shown(text)} ${whyNotADate(text)}`, {
    details: { field: `${which}_date`, value: text.slice(0, 64) },
  });
}

function whyNotADate(text: string): string {
  const match = /^\s*(\d{4})-(\d{2})-(\d{2})/.exec(text);
  if (match !== null) {
    const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
    if (month < 1 || month > 12) return `does not exist: months go from 01 to 12.`;
    const days = daysInMonth(year, month);
    const monthText = `${match[1]}-${match[2]}`;
    if (day < 1 || day > days) return `does not exist: ${monthText} has ${days} days.`;
  }
  return `is not a date: write it as ${TIMESTAMP_FORMS}.`;
}
