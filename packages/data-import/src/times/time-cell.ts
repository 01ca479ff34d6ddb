import { COLON, COMMA, isDigit, isLetter, MINUS, PLUS, POINT, SLASH, SPACE } from './cell-cursor.js';
import { FORMS } from './date-forms.js';
import { NumberReader } from './number-reader.js';
import { WEEKDAY } from './time-words.js';

/** Longer cells are not times. */
const LONGEST = 200;
const SEMICOLON = 59;
const UNDERSCORE = 95;
const SMALL_E = 101;
const SMALL_T = 116;

/** The day of a spreadsheet has five digits, as no group of thousands has. */
const DAY_DIGITS = 5;

/** Signs of East Asian dates: year, month, day. */
const EAST_ASIAN_DATE = /(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]/;

/** Reads the time in one cell into its fields, without an object for each cell. Their values hold until the next cell. */
export class TimeCell extends NumberReader {
  /** How the cell is written, for display. */
  joiner = 0;
  oneDigit = false;
  monthFirst = false;

  /** Reads `bytes[from, to)`. @returns false if it is not a time */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    if (to - from > LONGEST) return false;
    this.bytes = bytes;
    this.at = from;
    this.to = to;
    this.clear();
    while (this.to > from && bytes[this.to - 1]! <= SPACE) this.to--;
    this.skipSpaces();
    if (this.at === this.to) return false;
    const start = this.at;
    const first = bytes[start]!;
    if (isDigit(first)) return this.readDigitFirst() || this.readEastAsian(start);
    if (first === MINUS || first === PLUS) return this.readSignedNumber();
    return this.readWordFirst();
  }

  /** Reads a time of day, which may follow a date without a meaning (`1899-12-30 09:30`). @returns false if it is none */
  readClockCell(bytes: Uint8Array, from: number, to: number): boolean {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
    this.clear();
    this.form = FORMS.clock;
    while (this.to > from && bytes[this.to - 1]! <= SPACE) this.to--;
    this.skipSpaces();
    const start = this.at;
    if (start < this.to && isDigit(bytes[start]!) && this.readClock() && this.readRest()) return true;
    return this.read(bytes, start, to) && this.clock >= 0;
  }

  private clear(): void {
    this.clearClock();
    this.form = 0;
    this.separator = 0;
    this.joiner = 0;
    this.decimals = 0;
    this.shortYear = false;
    this.oneDigit = false;
    this.monthFirst = false;
  }

  private readDigitFirst(): boolean {
    this.readNumber();
    const { value, digits } = this;
    if (this.at === this.to) return this.readBare(value, digits);
    const next = this.bytes[this.at]!;
    if (next === MINUS || next === SLASH) return this.readSeparated(value, digits, next);
    if (next === POINT) return this.readPoint(value, digits);
    if (next === COLON) return this.readClockFirst();
    if (next === COMMA && digits >= DAY_DIGITS && this.readDecimals(value)) return true;
    if ((next | 32) === SMALL_E && this.isExponent()) return this.readExponent(value);
    if (this.spaceAt(this.at) > 0 && (digits === 8 || digits === 6))
      return this.readCompact(value, digits) && this.readAfterDate();
    if (
      digits === 8 &&
      ((next | 32) === SMALL_T ||
        next === MINUS ||
        next === UNDERSCORE ||
        next === COMMA ||
        next === SEMICOLON)
    )
      return this.readCompact(value, 8) && this.readAfterDate();
    if (this.spaceAt(this.at) > 0 || isLetter(next))
      return this.readNamedMonth(value, digits, isLetter(next) ? 0 : SPACE);
    return false;
  }

  private readSeparated(value: number, digits: number, separator: number): boolean {
    this.separator = separator;
    if (separator === MINUS && digits === 8) {
      this.separator = 0;
      return this.readCompact(value, 8) && this.readAfterDate();
    }
    this.at++;
    this.skipSpaces();
    if (this.at === this.to) return false;
    if (!isDigit(this.bytes[this.at]!)) return this.readNamedMonth(value, digits, separator);
    this.readNumber();
    const [second, secondDigits] = [this.value, this.digits];
    if (this.at < this.to && this.bytes[this.at] === separator && secondDigits <= 2) {
      this.at++;
      return this.readThird(value, digits, second, secondDigits);
    }
    if (this.at < this.to) return false;
    this.form = FORMS.month;
    if (digits === 4 && secondDigits <= 2) return this.set(value, second, 1);
    return digits <= 2 && secondDigits === 4 && this.set(this.value, value, 1);
  }

  private readThird(first: number, firstDigits: number, second: number, secondDigits: number): boolean {
    this.skipSpaces();
    if (this.at === this.to || !isDigit(this.bytes[this.at]!)) return false;
    this.readNumber();
    const [third, thirdDigits] = [this.value, this.digits];
    if (firstDigits === 4 && thirdDigits <= 2) {
      this.form = FORMS.yearFirst;
      this.oneDigit = secondDigits === 1 || thirdDigits === 1;
    } else if (firstDigits <= 2 && thirdDigits === 4) {
      this.form = FORMS.yearLast;
      this.oneDigit = firstDigits === 1 || secondDigits === 1;
    } else if (firstDigits <= 2 && thirdDigits <= 2) {
      this.form = FORMS.short;
      this.shortYear = true;
      this.oneDigit = firstDigits === 1 || secondDigits === 1 || thirdDigits === 1;
    } else return false;
    // Korean dates end with a point
    if (this.separator === POINT && this.bytes[this.at] === POINT) this.at++;
    return this.set(first, second, third) && this.readAfterDate();
  }

  /** `13.01.2018`, `1704205800.0`, `2. Januar 2018`. */
  private readPoint(value: number, digits: number): boolean {
    const start = this.at;
    this.separator = POINT;
    this.at++;
    const hadSpace = this.skipSpaces();
    if (this.at === this.to) return false;
    if (!isDigit(this.bytes[this.at]!)) return this.readNamedMonth(value, digits, POINT);
    this.readNumber();
    const [second, secondDigits] = [this.value, this.digits];
    if (this.at < this.to && this.bytes[this.at] === POINT && secondDigits <= 2 && digits <= 4) {
      this.at++;
      return this.readThird(value, digits, second, secondDigits);
    }
    if (hadSpace) return false;
    // a time of day before a date
    if (this.at < this.to && this.spaceAt(this.at) > 0) return false;
    this.decimals = secondDigits;
    if (this.at < this.to) {
      this.at = start;
      return this.readExponent(value);
    }
    this.form = FORMS.number;
    this.separator = 0;
    this.number = value + second / 10 ** secondDigits;
    return true;
  }

  /** After a day or a year: `-Dec-10`, ` Jan 2024`, `Jan2024`. */
  private readNamedMonth(value: number, digits: number, separator: number): boolean {
    this.separator = separator;
    this.skipOrdinal();
    this.skipSpaces();
    // Spanish and Portuguese: 2 de enero de 2024
    this.skipDe();
    const month = this.readMonth();
    if (month === 0) return false;
    this.skipSigns();
    this.skipDe();
    if (this.at === this.to || !isDigit(this.bytes[this.at]!)) {
      // `2024 Jan`
      this.form = FORMS.month;
      return digits === 4 && this.at === this.to && this.set(value, month, 1);
    }
    this.readNumber();
    this.form = FORMS.named;
    if (digits === 4) return this.digits <= 2 && this.set(value, month, this.value) && this.readAfterDate();
    if (digits > 2 || (this.digits !== 4 && this.digits !== 2)) return false;
    this.shortYear = this.digits === 2;
    this.oneDigit = digits === 1;
    return this.set(this.value, month, value) && this.readAfterDate();
  }

  /** `Jan 02, 2024`, `Tue Jan 2 2024`, `Tue Jan  2 09:30:00 EST 2024`, `Tuesday, 2 January 2024`. */
  private readWordFirst(): boolean {
    let meaning = this.readWord();
    if (meaning === WEEKDAY) {
      this.skipSigns();
      if (this.at === this.to) return false;
      if (isDigit(this.bytes[this.at]!)) return this.readDigitFirst() && this.form !== FORMS.number;
      meaning = this.readWord();
    }
    if (meaning < 1 || meaning > 12) return false;
    this.monthFirst = true;
    this.form = FORMS.named;
    this.separator = this.at < this.to && this.bytes[this.at] === MINUS ? MINUS : SPACE;
    this.skipSigns();
    if (this.at === this.to || !isDigit(this.bytes[this.at]!)) return false;
    this.readNumber();
    if (this.digits === 4) {
      this.form = FORMS.month;
      return this.at === this.to && this.set(this.value, meaning, 1);
    }
    if (this.digits > 2) return false;
    const day = this.value;
    this.oneDigit = this.digits === 1;
    this.skipOrdinal();
    this.skipSigns();
    if (this.at === this.to || !isDigit(this.bytes[this.at]!)) return false;
    const start = this.at;
    this.readNumber();
    if (this.at < this.to && this.bytes[this.at] === COLON) {
      this.at = start;
      return this.readClock() && this.readYearAtEnd(meaning, day);
    }
    if (this.digits !== 4 && this.digits !== 2) return false;
    this.shortYear = this.digits === 2;
    return this.set(this.value, meaning, day) && this.readAfterDate();
  }

  /** `09:30:00 2024`, `09:30:00 EST 2024`: as `date` and Java write it. */
  private readYearAtEnd(month: number, day: number): boolean {
    const yearFrom = this.to - 4;
    if (yearFrom <= this.at || this.bytes[yearFrom - 1] !== SPACE) return false;
    const end = this.to;
    this.to = yearFrom - 1;
    if (!this.readRest()) return false;
    this.at = yearFrom;
    this.to = end;
    if (!isDigit(this.bytes[this.at]!)) return false;
    this.readNumber();
    this.joiner = SPACE;
    return this.digits === 4 && this.set(this.value, month, day);
  }

  /** `09:30 02/01/2024` */
  private readClockFirst(): boolean {
    this.at -= this.digits;
    if (!this.readClock()) return false;
    const { clock, clockDigits, hasSeconds, hasFraction, halfDay } = this;
    if (this.at === this.to) return false;
    this.skipSigns();
    if (this.at === this.to || !isDigit(this.bytes[this.at]!)) return false;
    this.clock = -1;
    if (!this.readDigitFirst() || this.clock >= 0 || this.form === FORMS.number) return false;
    Object.assign(this, { clock, clockDigits, hasSeconds, hasFraction, halfDay, joiner: SPACE });
    return true;
  }

  /** What follows a date: nothing, or a time of day and a zone. */
  private readAfterDate(): boolean {
    if (this.at === this.to) return true;
    const next = this.bytes[this.at]!;
    const spaced = this.spaceAt(this.at) > 0;
    if (spaced) this.joiner = SPACE;
    else if (
      (next | 32) === SMALL_T ||
      next === UNDERSCORE ||
      next === COMMA ||
      next === SEMICOLON ||
      next === COLON ||
      next === MINUS
    )
      this.joiner = next;
    else return false;
    this.at += spaced ? 0 : 1;
    this.skipSigns();
    if (this.at === this.to) return false;
    if ((this.bytes[this.at]! | 32) === SMALL_T && this.joiner === SPACE) this.at++;
    if (!isDigit(this.bytes[this.at]!)) {
      // a date with a zone
      return this.joiner === SPACE && this.readRest();
    }
    if (!this.readClock()) return false;
    // 2024-01-02-05:00 is a date with an offset
    if (this.joiner === MINUS && !this.hasSeconds && this.clockDigits === 0) return false;
    return this.readRest();
  }

  private readEastAsian(from: number): boolean {
    let ascii = true;
    for (let at = from; at < this.to && ascii; at++) ascii = this.bytes[at]! < 128;
    if (ascii) return false;
    const text = this.text(from, this.to);
    const written = text.replace(EAST_ASIAN_DATE, '$1-$2-$3');
    if (written === text) return false;
    const bytes = Buffer.from(written);
    return this.read(bytes, 0, bytes.length);
  }

  private readMonth(): number {
    if (this.at === this.to) return 0;
    const meaning = this.readWord();
    return meaning <= 12 ? meaning : 0;
  }
}
