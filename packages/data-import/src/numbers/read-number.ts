import { parseNumber, parsePlainNumber } from '@ktrdr/market-data';
import { type DecimalSign, isMissing, numberOfText } from './number-text.js';

/** A cell that says there is no value. */
export const MISSING = -Infinity;

const POINT = 46;
const COMMA = 44;
const APOSTROPHE = 39;
const SPACE = 32;
const MINUS = 45;
const NINE = 57;
/** A number without its thousands separators. */
const ungrouped = Buffer.alloc(64);

/** Reads the number in `bytes[from, to)`, UTF-8: `MISSING` if there is no value, `NaN` if it is not a number. */
export function readNumber(bytes: Buffer, from: number, to: number, decimal: DecimalSign): number {
  if (from === to) return MISSING;
  const sign = decimal === '.' ? POINT : COMMA;
  const plain = parsePlainNumber(bytes, from, to, sign);
  if (!Number.isNaN(plain)) return plain;
  if (bytes[from]! > NINE) return readText(bytes, from, to, decimal);
  const separator = thousandsSeparator(bytes, from, to, sign);
  const length = separator === 0 ? 0 : ungroup(bytes, from, to, separator, sign);
  const value = length > 0 ? parseNumber(ungrouped, 0, length, sign) : parseNumber(bytes, from, to, sign);
  if (!Number.isNaN(value)) return value;
  return readText(bytes, from, to, decimal);
}

function readText(bytes: Buffer, from: number, to: number, decimal: DecimalSign): number {
  const text = bytes.toString('utf8', from, to);
  return isMissing(text) ? MISSING : numberOfText(text, decimal);
}

/** The first character in a number that may separate thousands; 0 if there is none. */
function thousandsSeparator(bytes: Buffer, from: number, to: number, decimal: number): number {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte > COMMA + 2) continue;
    if (byte === APOSTROPHE || byte === SPACE || ((byte === POINT || byte === COMMA) && byte !== decimal))
      return byte;
  }
  return 0;
}

/** Copies a number without its thousands separators. Returns its length; 0 if they do not separate groups of three digits. */
function ungroup(bytes: Buffer, from: number, to: number, separator: number, decimal: number): number {
  if (to - from > ungrouped.length) return 0;
  let length = 0;
  let digits = 0;
  let isGrouped = false;
  let isWhole = true;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === separator) {
      if (!isWhole || (isGrouped ? digits !== 3 : digits === 0 || digits > 3)) return 0;
      isGrouped = true;
      digits = 0;
      continue;
    }
    if (byte === decimal && isWhole) {
      isWhole = false;
      if (digits !== 3) return 0;
    } else if (byte >= 48 && byte <= 57) digits++;
    else if (byte !== MINUS || at !== from) return 0;
    ungrouped[length++] = byte;
  }
  return isWhole && digits !== 3 ? 0 : length;
}
