import { DAY_MS, daysInMonth, daysSinceEpoch } from '@ktrdr/market-data';
import { clockMs, findClockUnit } from './clock-unit.js';
import { describeDates, type DateFormat, type DateOrder } from './date-format.js';
import { findDateOrder, nameOf, partsOf } from './date-order.js';
import { findUnit, isUnix, toMs } from './number-times.js';
import type { Quoting, TimeQuestion } from './quoting.js';
import type { RowGroups } from './row-order.js';
import type { TimeProblem, TimeStyle, WrittenTimes } from './written-times.js';

/** Neighbouring rows with years this far apart belong to the century before. */
const CENTURY_JUMP = 90;

/** Times as the file writes them. */
export interface LocalTimes {
  /** ms since 1970-01-01 00:00 of the local clock; of UTC for unix times. `NaN` for a row with a problem. */
  times: Float64Array;
  dateFormat: string;
  /** The times are unix times. */
  unix: boolean;
  /** Orders of day, month and year that fit every row. If there are several, the import asks the user. */
  orders: readonly DateOrder[];
  questions: TimeQuestion[];
  problems: TimeProblem[];
  notes: Quoting[];
}

/** Times that are numbers: unix times, or days of a spreadsheet. */
export function readNumberTimes(written: WrittenTimes, format: DateFormat, now: number): LocalTimes {
  const { unit, question, note } = findUnit(written, format.unit, now);
  const unix = isUnix(unit);
  const times = new Float64Array(written.length);
  for (let row = 0; row < written.length; row++) {
    const clock = written.clocks[row]!;
    times[row] = toMs(written.numbers[row]!, unit) + (unix || clock < 0 ? 0 : clock);
  }
  return {
    times,
    dateFormat: unit,
    unix,
    orders: [],
    questions: question === null ? [] : [question],
    problems: [],
    notes: note === null ? [] : [note],
  };
}

/** Times that are dates, with or without a time of day. */
export function readDateTimes(
  written: WrittenTimes,
  format: DateFormat,
  now: number,
  groups: RowGroups,
): LocalTimes {
  const { style, length, dates, clocks } = written;
  const found = findDateOrder(written, format.order);
  const clock = findClockUnit(written, format.clock, nameOf(found.order, written));
  const questions = [found.question, clock.question].filter((question) => question !== null);
  const name = describeStyle(style, found.order, clock.unit ?? clockOf(style));
  const toFullYear = style.shortYear ? fullYears(written, found.order, now, groups) : null;
  const times = new Float64Array(length);
  const problems: TimeProblem[] = [];
  let [lastDate, midnight] = [-1, NaN];
  for (let row = 0; row < length; row++) {
    const packed = dates[row]!;
    if (packed !== lastDate) {
      const { year, month, day } = partsOf(packed, style.form, found.order);
      const full = toFullYear === null ? year : toFullYear(year, month, day);
      const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(full, month);
      midnight = isDate ? daysSinceEpoch(full, month, day) * DAY_MS : NaN;
      lastDate = packed;
    }
    const value = clocks[row]!;
    const time = midnight + (value < 0 ? 0 : clock.unit === null ? value : clockMs(value, clock.unit));
    times[row] = time;
    if (Number.isNaN(time) && questions.length === 0)
      problems.push({
        row,
        problem: Number.isNaN(midnight)
          ? `the date is not ${nameOf(found.order, written)}`
          : `the time of day ${value} is not ${clock.unit}`,
      });
  }
  const notes = found.note === null ? [] : [found.note];
  return { times, dateFormat: name, unix: false, orders: found.possible, questions, problems, notes };
}

/**
 * Completes years of two digits. No bar is in the future; and if neighbouring rows would be a century apart, the file ends before 2000.
 */
function fullYears(
  written: WrittenTimes,
  dateOrder: DateOrder,
  now: number,
  { rows, groups }: RowGroups,
): (year: number, month: number, day: number) => number {
  const latest = new Date(now + DAY_MS);
  const [thisYear, today] = [latest.getUTCFullYear(), latest.getTime()];
  const newest = (year: number, month: number, day: number): number => {
    let full = thisYear - (thisYear % 100) + year;
    if (full > thisYear || (full === thisYear && daysSinceEpoch(full, month, day) * DAY_MS > today))
      full -= 100;
    return full;
  };
  let isOld = false;
  for (const { from, to } of groups) {
    let before = NaN;
    let lastDate = -1;
    for (let index = from; index < to; index++) {
      const packed = written.dates[rows === null ? index : rows[index]!]!;
      if (packed === lastDate) continue;
      lastDate = packed;
      const { year, month, day } = partsOf(packed, written.style.form, dateOrder);
      const full = newest(year, month, day);
      if (Math.abs(full - before) > CENTURY_JUMP) isOld = true;
      before = full;
    }
  }
  if (!isOld) return newest;
  const century = thisYear - (thisYear % 100);
  return (year, month, day) => Math.min(newest(year, month, day), century - 100 + year);
}

/** How the file writes its times: `DD.MM.YYYY HH:mm`. */
function describeStyle(style: TimeStyle, order: DateOrder, clock: string): string {
  return describeDates({ ...style, order, clock });
}

/** `HH:mm:ss`, `h:mm A`; empty: dates alone. */
function clockOf({ hasClock, hasSeconds, hasFraction, halfDay }: TimeStyle): string {
  if (!hasClock) return '';
  const seconds = hasSeconds ? ':ss' : '';
  return `${halfDay ? 'h' : 'HH'}:mm${seconds}${hasFraction ? '.SSS' : ''}${halfDay ? ' A' : ''}`;
}
