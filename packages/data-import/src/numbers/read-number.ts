import { parseNumber } from '@ktrdr/market-data';
import { type DecimalSign, isMissing, numberOfText } from './number-text.js';

/** A cell that says there is no value. */
export const MISSING = -Infinity;

/** Reads the number in `bytes[from, to)`, UTF-8: `MISSING` if there is no value, `NaN` if it is not a number. */
export function readNumber(bytes: Buffer, from: number, to: number, decimal: DecimalSign): number {
  if (from === to) return MISSING;
  const value = parseNumber(bytes, from, to, decimal === '.' ? 46 : 44);
  if (!Number.isNaN(value)) return value;
  const text = bytes.toString('utf8', from, to);
  return isMissing(text) ? MISSING : numberOfText(text, decimal);
}
