import type { Timeframe } from '@ktrdr/contracts';
import { DAY_MS, formatBarTime } from '../timestamp.js';

/** Longest line: a time, five numbers of at most 25 characters, and the commas between them. */
const LONGEST_LINE = 192;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;
const COMMA = 44;
const LINE_END = 10;
/** A double represents every decimal number of this many digits exactly, so that its shortest form is unique. */
const EXACT = 1e15;
const MOST_INT = 2 ** 31 - 1;
const MOST_DECIMALS = 10;
/** Length of the text of a number with few decimals. */
const SHORT = 12;
const POWERS_OF_TEN = Array.from({ length: MOST_DECIMALS + 1 }, (_, exponent) => Number(`1e${exponent}`));
/**
 * Writes bars as lines of a bars file into a buffer: `2017-04-19T09:00:00Z,1.0716,1.0722,1.07083,1.07219,1413`. Each number has the
 * shortest form that is read back as the same number, as `String` gives it, but several times faster.
 */
export class BarsText {
  private readonly buffer: Buffer;
  private end = 0;
  /** Beginning of the day of the last time, and its date. */
  private midnight = NaN;
  private date = '';
  /** Decimals of the last number: most columns keep theirs. */
  private decimals = 0;
  /** True if the last number had many decimals: so will the next one, and counting them is slow. */
  private isNoisy = false;

  /** @param bytes size of the buffer */
  constructor(
    private readonly timeframe: Timeframe,
    bytes: number,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(bytes + LONGEST_LINE);
  }

  /** True if {@link take} must be called before the next line. */
  get isFull(): boolean {
    return this.end + LONGEST_LINE > this.buffer.length;
  }

  /** The lines since the last call. Valid until the next line is added. */
  take(): Buffer {
    const lines = this.buffer.subarray(0, this.end);
    this.end = 0;
    return lines;
  }

  /** Adds the line of one bar. `time`: open time, ms UTC. */
  add(time: number, open: number, high: number, low: number, close: number, volume: number): void {
    this.addTime(time);
    this.buffer[this.end++] = COMMA;
    this.addNumber(open);
    this.buffer[this.end++] = COMMA;
    this.addNumber(high);
    this.buffer[this.end++] = COMMA;
    this.addNumber(low);
    this.buffer[this.end++] = COMMA;
    this.addNumber(close);
    this.buffer[this.end++] = COMMA;
    this.addVolume(volume);
    this.buffer[this.end++] = LINE_END;
  }

  private addTime(time: number): void {
    if (!(time >= this.midnight && time < this.midnight + DAY_MS)) {
      this.midnight = Math.floor(time / DAY_MS) * DAY_MS;
      this.date = formatBarTime(this.midnight, '1d');
    }
    const ofDay = time - this.midnight;
    const dateAlone = ofDay === 0 && (this.timeframe === '1d' || this.timeframe === '1w');
    const second = Math.floor(ofDay / 1000) | 0;
    if (!dateAlone && (second * 1000 !== ofDay || this.date.length !== 10)) {
      this.addText(formatBarTime(time, this.timeframe));
      return;
    }
    this.addText(this.date);
    if (dateAlone) return;
    const { buffer } = this;
    const minute = (second / 60) | 0;
    buffer[this.end++] = 84; // T
    this.addTwoDigits((minute / 60) | 0);
    buffer[this.end++] = 58; // :
    this.addTwoDigits(minute % 60);
    buffer[this.end++] = 58;
    this.addTwoDigits(second % 60);
    buffer[this.end++] = 90; // Z
  }

  private addTwoDigits(value: number): void {
    const tens = (value / 10) | 0;
    this.buffer[this.end++] = ZERO + tens;
    this.buffer[this.end++] = ZERO + value - tens * 10;
  }

  /** Volumes are mostly whole, and must not change the decimals that the prices have. */
  private addVolume(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < EXACT) this.addDigits(Math.abs(value), 0, value < 0);
    else this.addText(String(value));
  }

  private addNumber(value: number): void {
    if (this.isNoisy) {
      const text = String(value);
      this.isNoisy = text.length > SHORT;
      this.addText(text);
      return;
    }
    const size = Math.abs(value);
    for (let decimals = this.decimals; decimals <= MOST_DECIMALS; decimals++) {
      const scale = POWERS_OF_TEN[decimals]!;
      const digits = Math.round(size * scale);
      if (!(digits < EXACT)) break;
      if (digits / scale !== size) continue;
      // a number below a millionth is written with an exponent
      if (size !== 0 && size < 1e-6) break;
      this.decimals = decimals;
      this.addDigits(digits, decimals, value < 0);
      return;
    }
    this.isNoisy = true;
    this.decimals = 0;
    this.addText(String(value));
  }

  /** Adds `digits / 10^decimals`, without zeros at the end. */
  private addDigits(digits: number, decimals: number, negative: boolean): void {
    let rest = digits;
    let scale = decimals;
    while (scale > 0 && rest % 10 === 0) {
      rest /= 10;
      scale--;
    }
    const { buffer } = this;
    if (negative) buffer[this.end++] = MINUS;
    const length = Math.max(scale + 1, digitsOf(rest));
    let at = this.end + length + (scale > 0 ? 1 : 0);
    this.end = at;
    for (let written = 0; written < length; written++) {
      if (written === scale && scale > 0) buffer[--at] = POINT;
      // whole numbers of 32 bits are divided several times faster
      const next = rest <= MOST_INT ? (rest / 10) | 0 : Math.floor(rest / 10);
      buffer[--at] = ZERO + rest - next * 10;
      rest = next;
    }
  }

  private addText(text: string): void {
    const { buffer } = this;
    for (let at = 0; at < text.length; at++) buffer[this.end++] = text.charCodeAt(at);
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; bound <= value; bound *= 10) digits++;
  return digits;
}
