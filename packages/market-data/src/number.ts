const ZERO = 48;
const POINT = 46;
/** A double represents every decimal number of this many digits exactly. */
const EXACT_DIGITS = 15;
/** The powers of ten that a double represents exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Parses the decimal number in `bytes[from, to)` and rounds it as `Number` does; `NaN` if it is not a finite number.
 *
 * @param decimalSign character code of the sign before the decimals
 */
export function parseNumber(bytes: Uint8Array, from: number, to: number, decimalSign = POINT): number {
  const value = parsePlainNumber(bytes, from, to, decimalSign);
  return Number.isNaN(value) ? parseUnusualNumber(bytes, from, to, decimalSign) : value;
}

/**
 * Parses a number of one to fifteen digits and nothing but a decimal sign; `NaN` for any other text. Such numbers need one exact
 * division (Clinger, "How to read floating point numbers accurately", 1990).
 */
export function parsePlainNumber(bytes: Uint8Array, from: number, to: number, decimalSign = POINT): number {
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === decimalSign && decimals < 0) {
      decimals = 0;
    } else {
      return NaN;
    }
  }
  if (digits === 0 || digits > EXACT_DIGITS) return NaN;
  return decimals > 0 ? mantissa / POWERS_OF_TEN[decimals]! : mantissa;
}

/** Handles signs, exponents and more than fifteen digits. */
function parseUnusualNumber(bytes: Uint8Array, from: number, to: number, decimalSign: number): number {
  const written = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  const text = decimalSign === POINT ? written : withDecimalPoint(written, decimalSign);
  if (!NUMBER.test(text)) return NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : NaN;
}

function withDecimalPoint(text: string, decimalSign: number): string {
  return text.includes('.') ? '' : text.replace(String.fromCharCode(decimalSign), '.');
}
