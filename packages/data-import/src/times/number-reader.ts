import { isDigit, MINUS, PLUS, POINT } from './cell-cursor.js';
import { ClockReader } from './clock-reader.js';
import { FORMS } from './date-forms.js';

/** Reads times that are one number: `20240102`, `20240102093000`, `1704205800.0`, `45313,375`, `1.7042058E+9`. */
export class NumberReader extends ClockReader {
  /** One of `FORMS`. */
  form = 0;
  /** Year, month, day; for `yearLast` and `short`: the numbers in the order of the cell. */
  first = 0;
  second = 0;
  third = 0;
  /** Of `number`. */
  number = 0;
  /** Digits after the point, of `number`. */
  decimals = 0;
  shortYear = false;
  /** Between the numbers of a date. */
  separator = 0;

  /** Digits alone. */
  protected readBare(value: number, digits: number): boolean {
    if (digits === 8 || digits === 6) {
      if (this.readCompact(value, digits)) return true;
    } else if (digits === 12 || digits === 14 || digits === 17) {
      const scale = 10 ** (digits - 8);
      if (digits < 17 || value < 1e17) {
        const date = Math.floor(value / scale);
        if (isCompactDate(date)) {
          this.readCompact(date, 8);
          // the number has more digits than a double keeps
          this.at -= digits - 8;
          this.readNumber();
          this.clock = this.value;
          this.clockDigits = this.digits;
          return true;
        }
      }
    }
    this.form = FORMS.number;
    this.number = value;
    return digits <= 20;
  }

  /** `20240102`, `02012024`, `240102`. */
  protected readCompact(value: number, digits: number): boolean {
    const high = Math.floor(value / 10_000);
    const middle = Math.floor(value / 100) % 100;
    const low = value % 100;
    if (digits === 6) {
      this.form = FORMS.short;
      this.shortYear = true;
      return this.set(high, middle, low);
    }
    if (isCompactDate(value)) {
      this.form = FORMS.yearFirst;
      return this.set(high, middle, low);
    }
    const year = value % 10_000;
    this.form = FORMS.yearLast;
    return (
      year >= 1900 &&
      year < 2100 &&
      this.set(Math.floor(value / 1_000_000), Math.floor(value / 10_000) % 100, year)
    );
  }

  /** `45313,375`: the cell ends with the decimals. */
  protected readDecimals(value: number): boolean {
    const start = this.at++;
    this.readNumber();
    if (this.digits === 0 || this.at < this.to) {
      this.at = start;
      return false;
    }
    this.form = FORMS.number;
    this.decimals = this.digits;
    this.number = value + this.value / 10 ** this.digits;
    return true;
  }

  protected isExponent(): boolean {
    const next = this.bytes[this.at + 1];
    const sign = next === PLUS || next === MINUS ? 1 : 0;
    return this.at + 1 + sign < this.to && isDigit(this.bytes[this.at + 1 + sign]!);
  }

  /** A number with an exponent. One that has lost digits (`1.70421E+12`) is not a time. */
  protected readExponent(value: number): boolean {
    const text = String(value) + this.text(this.at, this.to);
    const parts = /^\d+(?:\.(\d+))?[eE]\+?(\d+)$/.exec(text);
    if (parts === null) return false;
    const decimals = parts[1]?.length ?? 0;
    if (decimals <= 5 && Number(parts[2]) > decimals) return false;
    this.form = FORMS.number;
    this.separator = 0;
    this.decimals = 0;
    this.number = Number(text);
    return Number.isFinite(this.number);
  }

  protected readSignedNumber(): boolean {
    const negative = this.bytes[this.at] === MINUS;
    this.at++;
    if (this.at === this.to || !isDigit(this.bytes[this.at]!)) return false;
    this.readNumber();
    let { value } = this;
    if (this.at < this.to && this.bytes[this.at] === POINT) {
      this.at++;
      if (this.at === this.to || !isDigit(this.bytes[this.at]!)) return false;
      this.readNumber();
      value += this.value / 10 ** this.digits;
      this.decimals = this.digits;
    }
    this.form = FORMS.number;
    this.number = negative ? -value : value;
    return this.at === this.to;
  }

  protected set(first: number, second: number, third: number): boolean {
    this.first = first;
    this.second = second;
    this.third = third;
    return true;
  }
}

/** True for `YYYYMMDD` of 1900 to 2099 as far as the digits go. */
function isCompactDate(value: number): boolean {
  const year = Math.floor(value / 10_000);
  const month = Math.floor(value / 100) % 100;
  return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && value % 100 >= 1 && value % 100 <= 31;
}
