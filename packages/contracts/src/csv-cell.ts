import { oneLine } from './printable.js';

/** A spreadsheet takes a cell that begins with one of these for a formula. */
const FORMULA = /^[=+\-@]/;

/**
 * One cell of a CSV file. Numbers stay numbers, and `null` is an empty cell. A text is one line without control characters. A text that
 * a spreadsheet would compute gets an apostrophe in front (OWASP, CSV injection), and a text with separators or quotes is quoted
 * (RFC 4180).
 */
export function csvCell(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = oneLine(value);
  const isFormula = FORMULA.test(text);
  const cell = isFormula ? `'${text}` : text;
  return isFormula || /[",;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
