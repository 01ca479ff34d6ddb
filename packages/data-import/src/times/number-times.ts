import { DAY_MS } from '@ktrdr/market-data';
import type { NumberUnit } from './date-format.js';
import type { Quoting, TimeQuestion } from './quoting.js';
import type { WrittenTimes } from './written-times.js';

/** Days from the first day of a spreadsheet to 1970-01-01. */
const EXCEL_EPOCH = 25_569;
const EXCEL_1904_EPOCH = 24_107;
/** Days of spreadsheets are below. */
const MOST_DAYS = 100_000;
/** Unix times of less than this many seconds, ms, us would be before 1973-03-03 or after 5138-11-16. */
const UNIX_STEP = 1e11;
/** From the finest to the coarsest, each 1,000 times the one before it. */
const UNIX_UNITS = ['unix_ns', 'unix_us', 'unix_ms', 'unix_s'] as const;
/** No history has a gap from 1970 to a hundred times as long after 1970. */
const MIXED_FACTOR = 100;
/** No market is older. */
const FIRST_MS = Date.UTC(1700, 0);
const SECOND_MS = 1000;

export interface UnitFound {
  unit: NumberUnit;
  question: TimeQuestion | null;
  note: Quoting | null;
}

/** True for units that count from 1970-01-01 UTC. Others count days of a local calendar. */
export function isUnix(unit: NumberUnit): boolean {
  return unit !== 'excel' && unit !== 'excel_1904' && unit !== 'unix_d';
}

/**
 * Finds the unit of the numbers. Asks if several units fit. Unix times of two units become those of the finer one, in place: Binance
 * writes ms until 2024, and us from 2025 on.
 */
export function findUnit(written: WrittenTimes, chosen: NumberUnit | undefined, now: number): UnitFound {
  const note = chosen === undefined || isUnix(chosen) ? toOneUnit(written) : null;
  return { ...findOneUnit(written, note === null ? chosen : undefined, now), note };
}

/** Says which rows had another unit than the finest of the file; `null`: none. */
function toOneUnit({ numbers, length, lines }: WrittenTimes): Quoting | null {
  let [least, most] = [Infinity, 0];
  for (let row = 0; row < length; row++) {
    const size = Math.abs(numbers[row]!);
    if (size < least) least = size;
    if (size > most) most = size;
  }
  const unit = unixUnit(most);
  const finest = UNIX_UNITS.indexOf(unit);
  if (unit === unixUnit(least)) return null;
  let [coarse, fine] = [0, Infinity];
  let [coarseRow, fineRow] = [-1, -1];
  for (let row = 0; row < length; row++) {
    const value = numbers[row]!;
    if (unixUnit(Math.abs(value)) === unit) {
      if (value < fine) [fine, fineRow] = [value, row];
    } else if (value > coarse) [coarse, coarseRow] = [value, row];
  }
  if (coarse < UNIX_STEP / 1e3 || fine < coarse * MIXED_FACTOR) return null;
  const other = unixUnit(coarse);
  for (let row = 0; row < length; row++) {
    const value = numbers[row]!;
    numbers[row] = value * 1e3 ** (UNIX_UNITS.indexOf(unixUnit(Math.abs(value))) - finest);
  }
  return (timeAt) =>
    `The times have two units: line ${lines[coarseRow]} has ${timeAt(coarseRow)} (${other}), line ${lines[fineRow]} has ${timeAt(fineRow)} (${unit}).`;
}

function unixUnit(size: number): (typeof UNIX_UNITS)[number] {
  if (size < UNIX_STEP) return 'unix_s';
  if (size < UNIX_STEP * 1e3) return 'unix_ms';
  return size < UNIX_STEP * 1e6 ? 'unix_us' : 'unix_ns';
}

function findOneUnit(
  written: WrittenTimes,
  chosen: NumberUnit | undefined,
  now: number,
): Omit<UnitFound, 'note'> {
  let [least, most] = [Infinity, -Infinity];
  let [leastRow, mostRow] = [0, 0];
  for (let row = 0; row < written.length; row++) {
    const value = written.numbers[row]!;
    if (value < least) [least, leastRow] = [value, row];
    if (value > most) [most, mostRow] = [value, row];
  }
  if (chosen !== undefined && toMs(most, chosen) <= now + 366 * DAY_MS && toMs(least, chosen) >= FIRST_MS)
    return { unit: chosen, question: null };
  const found = unitOf(written, { least, most, mostRow }, now);
  if (chosen === undefined) return found;
  const wrong = toMs(least, chosen) < FIRST_MS ? leastRow : mostRow;
  return { unit: found.unit, question: askYear(written, wrong, chosen, [found.unit]) };
}

function unitOf(
  written: WrittenTimes,
  { least, most, mostRow }: { least: number; most: number; mostRow: number },
  now: number,
): Omit<UnitFound, 'note'> {
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (size < MOST_DAYS) return findDayUnit(written, least, most, now);
  const unit = unixUnit(size);
  const last = toMs(most, unit);
  if (last > now + 366 * DAY_MS || (least > 0 && last < DAY_MS * 365))
    return { unit, question: askYear(written, mostRow, unit, ['unix_s', 'unix_ms', 'unix_us', 'unix_ns']) };
  return { unit, question: null };
}

/** A unit that gives no date in the future, and dates on weekends only if all do. */
function findDayUnit(
  written: WrittenTimes,
  least: number,
  most: number,
  now: number,
): Omit<UnitFound, 'note'> {
  const units: NumberUnit[] = ['excel', 'excel_1904', 'unix_d'];
  const possible = units.filter((unit) => {
    const [first, last] = [toMs(least, unit), toMs(most, unit)];
    return last <= now + DAY_MS && first >= Date.UTC(1900, 0, 1);
  });
  const weekdays = possible.filter((unit) => !hasWeekend(written, unit));
  const left = weekdays.length > 0 && hasFriday(written, weekdays[0]!) ? weekdays : possible;
  const [unit = 'excel'] = left;
  if (left.length === 1) return { unit, question: null };
  const why = 'it can be a date of a spreadsheet, or a number of days since 1970';
  return { unit, question: ask(written, 0, why, left.length === 0 ? units : left) };
}

/** The question if the number of a row is not a plausible time in this unit. */
function askYear(written: WrittenTimes, row: number, unit: NumberUnit, answers: string[]): TimeQuestion {
  return ask(written, row, `as ${unit}, this is ${yearOf(toMs(written.numbers[row]!, unit))}`, answers);
}

function ask({ lines }: WrittenTimes, row: number, why: string, answers: string[]): TimeQuestion {
  return {
    choice: 'date_format',
    message: (timeAt) =>
      `the file does not say the unit of its times: line ${lines[row]} has ${timeAt(row)}; ${why}`,
    answers,
    suggestion: null,
  };
}

function hasWeekend(written: WrittenTimes, unit: NumberUnit): boolean {
  for (let row = 0; row < written.length; row++) {
    const weekday = new Date(toMs(written.numbers[row]!, unit)).getUTCDay();
    if (weekday === 0 || weekday === 6) return true;
  }
  return false;
}

/** Only several weeks of data can show that no date is on a weekend. */
function hasFriday(written: WrittenTimes, unit: NumberUnit): boolean {
  const seen = new Set<number>();
  for (let row = 0; row < written.length && seen.size < 5; row++)
    seen.add(new Date(toMs(written.numbers[row]!, unit)).getUTCDay());
  return seen.size >= 5;
}

/** ms since 1970-01-01; for days: of the local clock. What is finer than a ms is cut off. */
export function toMs(value: number, unit: NumberUnit): number {
  switch (unit) {
    case 'unix_s':
      return Math.floor(Math.round(value * 1e6) / 1e3);
    case 'unix_ms':
      return Math.floor(value);
    case 'unix_us':
      return Math.floor(value / 1e3);
    case 'unix_ns':
      return Math.floor(value / 1e6);
    case 'unix_d':
      return days(value);
    case 'excel':
      return days(value - EXCEL_EPOCH);
    case 'excel_1904':
      return days(value - EXCEL_1904_EPOCH);
  }
}

/** Days with a fraction, rounded to a second. */
function days(value: number): number {
  return Math.round((value * DAY_MS) / SECOND_MS) * SECOND_MS;
}

function yearOf(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'not a date' : `in the year ${date.getUTCFullYear()}`;
}
