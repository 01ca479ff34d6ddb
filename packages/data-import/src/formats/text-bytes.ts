/** Longest text of a number. */
const NUMBER_BYTES = 32;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
/** Decimals of most prices, the usual ones first. Products with them are exact below `MOST_WHOLE`. */
const DECIMALS = [0, 2, 4, 6, 8];
const POWERS = DECIMALS.map((decimals) => 10 ** decimals);
const MOST_WHOLE = 2 ** 31;

/** Text in UTF-8 that is written piece by piece. Numbers become digits at once: a string for each would take most of the time. */
export class TextBytes {
  private bytes = Buffer.allocUnsafe(1 << 16);
  length = 0;

  /** The bytes from the beginning; the next ones go into new memory. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = Buffer.allocUnsafe(this.bytes.length);
    this.length = 0;
    return taken;
  }

  comma(): void {
    this.reserve(1);
    this.bytes[this.length++] = COMMA;
  }

  text(text: string): void {
    // a character has up to three bytes
    this.reserve(3 * text.length);
    this.length += this.bytes.write(text, this.length);
  }

  /** A number in the shortest form that says it; nothing for NaN. */
  number(value: number): void {
    if (Number.isNaN(value)) return;
    const size = Math.abs(value);
    for (let at = 0; at < DECIMALS.length; at++) {
      const power = POWERS[at]!;
      const whole = Math.round(size * power);
      if (whole >= MOST_WHOLE) break;
      if (whole / power !== size) continue;
      this.reserve(NUMBER_BYTES);
      if (value < 0) this.bytes[this.length++] = MINUS;
      this.digits(whole, DECIMALS[at]!);
      return;
    }
    this.text(String(value));
  }

  /** @param whole the number without its point, below 2^31 */
  private digits(whole: number, decimals: number): void {
    let rest = whole;
    let after = decimals;
    // 12.30 is 12.3
    while (after > 0 && rest % 10 === 0) {
      rest = (rest / 10) | 0;
      after--;
    }
    let count = 1;
    for (let power = 10; power <= rest; power *= 10) count++;
    const point = after > 0 ? 1 : 0;
    const end = this.length + Math.max(count, after + 1) + point;
    for (let at = end - 1; at >= this.length; at--) {
      if (point === 1 && at === end - 1 - after) {
        this.bytes[at] = POINT;
        continue;
      }
      const next = (rest / 10) | 0;
      this.bytes[at] = ZERO + rest - 10 * next;
      rest = next;
    }
    this.length = end;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.length + bytes, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
