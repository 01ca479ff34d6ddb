import { CellCursor, COLON, COMMA, isDigit, isLetter, MINUS, PLUS, POINT, ZERO } from './cell-cursor.js';
import { AM, PM } from './time-words.js';

const SMALL_H = 104;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/** Reads a time of day and its zone. */
export class ClockReader extends CellCursor {
  /** Time of day in ms; -1: none. Of a number without signs, such as `0930`: the number. */
  clock = -1;
  /** Digits of a time of day without signs; 0: the time has signs. */
  clockDigits = 0;
  /** Bounds of the zone's name or offset; empty: none. */
  zoneFrom = 0;
  zoneTo = 0;
  /** How the cell is written, for display. */
  hasSeconds = false;
  hasFraction = false;
  halfDay = false;

  protected clearClock(): void {
    this.clock = -1;
    this.clockDigits = 0;
    this.zoneFrom = 0;
    this.zoneTo = 0;
    this.hasSeconds = false;
    this.hasFraction = false;
    this.halfDay = false;
  }

  /** `09:30`, `9:30:00.000 PM`, `0930`, `093000`, `11-AM`. */
  protected readClock(): boolean {
    const { bytes, to } = this;
    this.readNumber();
    const [hour, hourDigits] = [this.value, this.digits];
    const sign = this.at < to ? bytes[this.at]! : 0;
    const isSign =
      sign === COLON || ((sign === POINT || sign === MINUS || sign === SMALL_H) && hourDigits <= 2);
    if (isSign && this.at + 1 < to && isDigit(bytes[this.at + 1]!)) {
      if (hourDigits > 2) return false;
      this.at++;
      this.readNumber();
      if (this.digits !== 2) return false;
      let clock = hour * HOUR_MS + this.value * MINUTE_MS;
      if (hour > 24 || this.value > 59) return false;
      if (
        this.at + 1 < to &&
        bytes[this.at] === (sign === SMALL_H ? COLON : sign) &&
        isDigit(bytes[this.at + 1]!)
      ) {
        this.at++;
        this.readNumber();
        if (this.digits !== 2 || this.value > 59) return false;
        clock += this.value * SECOND_MS;
        this.hasSeconds = true;
        const mark = this.at < to ? bytes[this.at]! : 0;
        if (
          (mark === POINT || mark === COMMA || mark === COLON) &&
          this.at + 1 < to &&
          isDigit(bytes[this.at + 1]!)
        ) {
          this.at++;
          clock += this.readFraction();
        }
      }
      if (clock > DAY_MS) return false;
      this.clock = clock;
      return this.readHalfDay(hour);
    }
    if (
      (sign === POINT || sign === COMMA) &&
      hourDigits === 6 &&
      this.at + 1 < to &&
      isDigit(bytes[this.at + 1]!)
    ) {
      this.at++;
      const fraction = this.readFraction();
      this.clock = hour * SECOND_MS + fraction;
      this.clockDigits = 9;
      return true;
    }
    if (sign === MINUS && hourDigits <= 2) this.at++;
    this.clock = hour;
    const halfDay = this.at;
    if (hourDigits <= 2 && this.readHalfDay(hour, true) && this.at > halfDay) return true;
    if (sign === MINUS && hourDigits <= 2) return false;
    this.clockDigits = hourDigits;
    return hourDigits <= 9;
  }

  /** Digits of a fraction of a second, in ms; what is finer is cut off. */
  private readFraction(): number {
    let fraction = 0;
    this.hasFraction = true;
    for (let scale = 100; this.at < this.to && isDigit(this.bytes[this.at]!); this.at++, scale /= 10)
      if (scale >= 1) fraction += (this.bytes[this.at]! - ZERO) * scale;
    return fraction;
  }

  /** ` AM`, `p.m.`; nothing is fine too. */
  private readHalfDay(hour: number, hourAlone = false): boolean {
    let at = this.at;
    while (at < this.to && this.spaceAt(at) > 0) at += this.spaceAt(at);
    if (at >= this.to) return true;
    const letter = this.bytes[at]! | 32;
    if (letter !== 97 && letter !== 112) return true;
    const before = this.at;
    this.at = at;
    const meaning = this.readWord();
    if (meaning !== AM && meaning !== PM) {
      this.at = before;
      return true;
    }
    if (hour < 1 || hour > 12) return false;
    if (hourAlone) this.clock = hour * HOUR_MS;
    if (hour === 12) this.clock -= 12 * HOUR_MS;
    if (meaning === PM) this.clock += 12 * HOUR_MS;
    this.halfDay = true;
    return true;
  }

  /** A zone may be left: a name or an offset. */
  protected readRest(): boolean {
    this.skipSpaces();
    if (this.at === this.to) return true;
    const first = this.bytes[this.at]!;
    if (
      !isLetter(first) &&
      first !== PLUS &&
      first !== MINUS &&
      first !== 91 &&
      first !== 40 &&
      first !== 0xe2
    )
      return false;
    this.zoneFrom = this.at;
    this.zoneTo = this.to;
    this.at = this.to;
    return true;
  }
}
