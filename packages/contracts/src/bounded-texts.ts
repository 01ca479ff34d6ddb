import { truncate } from './printable.js';

/** Number and length of the warnings that an operation keeps. */
export const MOST_WARNINGS = 100;
export const MOST_WARNING_LENGTH = 1_000;

const LEFT_OUT = /^and ([0-9,]+) more (?:was|were) left out$/;

/** The last line of a list that was cut: `and 19,900 more were left out`. */
export function leftOutNote(count: number): string {
  return `and ${count.toLocaleString('en-US')} more ${count === 1 ? 'was' : 'were'} left out`;
}

/** How many texts a note of {@link leftOutNote} stands for; `null` for any other text. */
export function leftOutCount(text: string): number | null {
  const [, digits] = LEFT_OUT.exec(text) ?? [];
  return digits === undefined ? null : Number(digits.replaceAll(',', ''));
}

/** At most `most` texts of at most `length` characters. A list that was cut ends with the number of texts that were left out. */
export function boundedTexts(
  texts: readonly string[],
  { most = MOST_WARNINGS, length = MOST_WARNING_LENGTH }: { most?: number; length?: number } = {},
): string[] {
  const last = texts.at(-1);
  const earlier = (last === undefined ? null : leftOutCount(last)) ?? 0;
  const own = earlier > 0 ? texts.slice(0, -1) : texts;
  const kept = own.slice(0, most).map((text) => truncate(text, length));
  const left = own.length - kept.length + earlier;
  return left === 0 ? kept : [...kept, leftOutNote(left)];
}
