import { shown } from '@ktrdr/contracts';
import { daysInMonth } from '@ktrdr/market-data';
import { isSame } from '../bytes/same-bytes.js';
import { findTimes } from './find-times.js';
import { groupRows, orderRows } from './row-order.js';
import { FORMS } from './date-forms.js';
import { TimeCell } from './time-cell.js';
import type { TimeChoices, TimesFound, TimeStyle } from './written-times.js';
import { readZoneWord, type ZoneWord } from './zone-words.js';

const MOST_ZONES = 65_000;
/** Years with two digits have some century. */
const FAR_FUTURE = Date.UTC(2100, 0);
/** 1927-05-18 in a spreadsheet, 1997-05-19 as days since 1970. */
const LEAST_DAY = 10_000;
/** In nanoseconds, the year 5138. */
const MOST_NUMBER = 1e20;
const FIRST_YEAR = 1700;
const LAST_YEAR = 2199;

/** Collects the times of a file's rows, then finds what they mean. */
export class TimeColumn {
  private readonly cell = new TimeCell();
  private readonly clockCell = new TimeCell();
  private rows = 0;
  private lines: Uint32Array;
  private dates: Int32Array;
  private clocks: Int32Array;
  private numbers = new Float64Array();
  private zones: Uint16Array | null = null;
  private readonly zoneWords: ZoneWord[] = [];
  private readonly zoneIndex = new Map<string, number>();
  private lastZone: Uint8Array = new Uint8Array();
  private lastZoneIndex = 0;
  private style: TimeStyle | null = null;
  private firstText = '';

  /** @param capacity expected number of rows */
  constructor(
    private readonly choices: TimeChoices,
    capacity: number,
  ) {
    const size = Math.max(16, Math.floor(capacity));
    this.lines = new Uint32Array(size);
    this.dates = new Int32Array(size);
    this.clocks = new Int32Array(size);
  }

  get length(): number {
    return this.rows;
  }

  /**
   * Adds the time in `bytes[from, to)`, with the time of day in `bytes[timeFrom, timeTo)` if it has its own column. Cells are UTF-8,
   * without quotes.
   *
   * @returns `null`, or what is wrong with the cell; then the row is not added
   */
  push(line: number, bytes: Uint8Array, from: number, to: number, timeFrom = -1, timeTo = -1): string | null {
    const { cell } = this;
    if (!cell.read(bytes, from, to)) return unreadable(bytes, from, to);
    let clock = cell;
    if (timeFrom >= 0) {
      clock = this.clockCell;
      if (!clock.readClockCell(bytes, timeFrom, timeTo)) {
        const text = textOf(bytes, timeFrom, timeTo);
        return text === '' ? 'time of day is empty' : `time of day ${shown(text)} cannot be read`;
      }
    }
    if (cell.form === FORMS.number && Math.abs(cell.number) > MOST_NUMBER) return unreadable(bytes, from, to);
    if (cell.form === FORMS.clock) return `time ${shown(textOf(bytes, from, to))} has no date`;
    const packed = packedDate(cell);
    // neighbouring rows mostly have the same date
    if (cell.form !== FORMS.number && (this.rows === 0 || packed !== this.dates[this.rows - 1])) {
      const wrong = wrongDate(cell, packed);
      if (wrong !== null) return `time ${shown(textOf(bytes, from, to))} is not a date: ${wrong}`;
    }
    if (this.style === null) {
      this.style = newStyle(cell, clock, timeFrom >= 0);
      this.firstText = textOf(bytes, from, to);
    } else if (!this.fits(this.style, cell, clock))
      return `time ${shown(textOf(bytes, from, to))} has another format than the first time, ${shown(this.firstText)}`;
    if (this.rows === this.lines.length) this.grow();
    const row = this.rows;
    this.lines[row] = line;
    this.dates[row] = packed;
    this.clocks[row] = clock.clock;
    if (cell.form === FORMS.number) {
      if (this.numbers.length < this.lines.length) this.numbers = enlarged(this.numbers, this.lines.length);
      this.numbers[row] = cell.number;
    }
    const withZone = clock.zoneTo > clock.zoneFrom ? clock : cell;
    if (withZone.zoneTo > withZone.zoneFrom) {
      const problem = this.setZone(row, bytes, withZone);
      if (problem !== null) return problem;
    } else if (this.zones !== null) this.zones[row] = 0;
    this.rows++;
    return null;
  }

  /** Takes the last row back. */
  pop(): void {
    this.rows--;
  }

  /**
   * What the times mean.
   *
   * @param symbols number of each row's symbol, if the file has several: the times of each symbol have an order of their own
   */
  finish(symbols?: ArrayLike<number>): TimesFound {
    const { rows: length, lines, dates, clocks, numbers, zones, zoneWords } = this;
    const style = this.style ?? newStyle(this.cell, this.cell, false);
    return findTimes(
      { length, lines, dates, clocks, numbers, zones, zoneWords, style },
      this.choices,
      symbols,
    );
  }

  private fits(style: TimeStyle, cell: TimeCell, clock: TimeCell): boolean {
    if (
      cell.form !== style.form ||
      cell.separator !== style.separator ||
      cell.shortYear !== style.shortYear ||
      cell.monthFirst !== style.monthFirst
    )
      return false;
    if (cell.oneDigit) style.oneDigit = true;
    if (cell.decimals > style.decimals) style.decimals = cell.decimals;
    if (clock.clock < 0) return true;
    if (!style.hasClock) {
      style.hasClock = true;
      style.joiner = clock.joiner;
      style.halfDay = clock.halfDay;
      style.leastClockDigits = clock.clockDigits;
      style.mostClockDigits = clock.clockDigits;
    }
    if (style.leastClockDigits === 0 ? clock.clockDigits > 0 : clock.clockDigits === 0) return false;
    if (clock.clockDigits < style.leastClockDigits) style.leastClockDigits = clock.clockDigits;
    if (clock.clockDigits > style.mostClockDigits) style.mostClockDigits = clock.clockDigits;
    if (clock.hasSeconds) style.hasSeconds = true;
    if (clock.hasFraction) style.hasFraction = true;
    return clock.halfDay === style.halfDay;
  }

  private setZone(row: number, bytes: Uint8Array, cell: TimeCell): string | null {
    const { zoneFrom: from, zoneTo: to } = cell;
    this.zones ??= new Uint16Array(this.lines.length);
    if (!isSame(this.lastZone, bytes, from, to)) {
      const text = textOf(bytes, from, to);
      let index = this.zoneIndex.get(text);
      if (index === undefined) {
        const word = text.length > 100 ? null : readZoneWord(text);
        if (word === null || (word.zone === null && word.candidates === undefined))
          return `${shown(text)} is not a time zone`;
        if (this.zoneWords.length >= MOST_ZONES) return 'the times have too many different zones';
        this.zoneWords.push(word);
        index = this.zoneWords.length;
        this.zoneIndex.set(text, index);
      }
      this.lastZone = bytes.slice(from, to);
      this.lastZoneIndex = index;
    }
    this.zones[row] = this.lastZoneIndex;
    return null;
  }

  private grow(): void {
    const size = this.lines.length * 2;
    this.lines = enlarged(this.lines, size);
    this.dates = enlarged(this.dates, size);
    this.clocks = enlarged(this.clocks, size);
    if (this.numbers.length > 0) this.numbers = enlarged(this.numbers, size);
    if (this.zones !== null) this.zones = enlarged(this.zones, size);
  }
}

/**
 * True for a text that is a date, or a date and time, or a unix time. For finding the column of the times.
 *
 * @param named true if the column is called a time: then a small number can be the day of a spreadsheet
 */
export function looksLikeTime(text: string, named = false): boolean {
  const bytes = Buffer.from(text);
  const cell = new TimeCell();
  if (!cell.read(bytes, 0, bytes.length)) return false;
  if (cell.form !== FORMS.number) return wrongDate(cell, packedDate(cell)) === null;
  if (named && Math.abs(cell.number) >= LEAST_DAY) return true;
  // seconds from 1973 on; milliseconds, microseconds and nanoseconds of the same years
  return (
    Number.isInteger(cell.number) && /^(\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(\.0+)?$/.test(text.trim())
  );
}

/** True if most times are before the one above them. A second text is the time of day, or empty. */
export function areNewestFirst(cells: readonly (readonly [string, string])[]): boolean {
  const column = new TimeColumn({ now: FAR_FUTURE }, cells.length);
  for (const [index, [date, clock]] of cells.entries()) {
    const bytes = Buffer.from(date + clock);
    const end = Buffer.byteLength(date);
    if (clock === '') column.push(index, bytes, 0, end);
    else column.push(index, bytes, 0, end, end, bytes.length);
  }
  const { times } = column.finish();
  return orderRows(times, groupRows(times.length, undefined)).groups[0]!.newestFirst;
}

function packedDate(cell: TimeCell): number {
  const { first, second, third } = cell;
  return cell.form === FORMS.yearLast
    ? third * 10_000 + first * 100 + second
    : first * 10_000 + second * 100 + third;
}

/** What is wrong with a date in any order of its parts; `null`: nothing. */
function wrongDate(cell: TimeCell, packed: number): string | null {
  const [year, a, b] = [Math.floor(packed / 10_000), Math.floor(packed / 100) % 100, packed % 100];
  if (cell.form === FORMS.short) {
    const sound = isDay(fullYear(b), a, year) || isDay(fullYear(b), year, a) || isDay(fullYear(year), a, b);
    return sound ? null : 'no order of day, month and year fits';
  }
  const full = cell.shortYear ? fullYear(year) : year;
  if (full < FIRST_YEAR || full > LAST_YEAR) return `the year is not from ${FIRST_YEAR} to ${LAST_YEAR}`;
  if (cell.form === FORMS.yearLast) {
    if (isDay(full, b, a) || isDay(full, a, b)) return null;
    return 'no order of day and month fits';
  }
  if (a < 1 || a > 12) return `there is no month ${a}`;
  if (b < 1 || b > daysInMonth(full, a)) return `the month has no day ${b}`;
  return null;
}

/** Only for the length of February. */
function fullYear(year: number): number {
  return 2000 + year;
}

function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

function newStyle(cell: TimeCell, clock: TimeCell, twoColumns: boolean): TimeStyle {
  return {
    form: cell.form,
    separator: cell.separator,
    joiner: clock.joiner,
    shortYear: cell.shortYear,
    oneDigit: cell.oneDigit,
    monthFirst: cell.monthFirst,
    hasClock: clock.clock >= 0,
    hasSeconds: clock.hasSeconds,
    hasFraction: clock.hasFraction,
    halfDay: clock.halfDay,
    leastClockDigits: clock.clockDigits,
    mostClockDigits: clock.clockDigits,
    decimals: cell.decimals,
    twoColumns,
  };
}

function unreadable(bytes: Uint8Array, from: number, to: number): string {
  const text = textOf(bytes, from, to);
  if (text === '') return 'time is empty';
  if (/^\d[.,]?\d*e\+?\d+$/i.test(text))
    return `time ${shown(text)} has lost digits in a spreadsheet: export the column as a number without an exponent`;
  return `time ${shown(text)} cannot be read`;
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
    .toString('utf8')
    .trim();
}

function enlarged<T extends Uint32Array | Int32Array | Float64Array | Uint16Array>(old: T, size: number): T {
  const larger = new (old.constructor as new (length: number) => T)(size);
  larger.set(old);
  return larger;
}
