/**
 * zod schemas whose messages say what is wrong and what is allowed. A missing value gets its default, if there is one.
 */
import * as z from 'zod';

import { didYouMean } from './suggest.js';

/** Describes a value for a message. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  // JSON cannot represent .inf and .nan.
  const text = typeof value === 'number' ? String(value) : visible(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

/** Replaces invisible characters by their code, because otherwise a wrong name looks right. */
function visible(text: string): string {
  return text.replaceAll(
    /[\u0085\u00A0\u00AD\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2069\u3000\uFEFF]/g,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** `is 0; must be a whole number from 1 to 100`. */
function mustBe(expected: string): { error: (issue: { input?: unknown }) => string } {
  return { error: (issue) => `is ${describe(issue.input)}; must be ${expected}` };
}

/** `mustBe` for numbers, with a hint for a decimal comma: YAML reads `0,2` as text. */
function mustBeNumber(expected: string): { error: (issue: { input?: unknown }) => string } {
  return {
    error: ({ input }) => `is ${describe(input)}; must be ${expected}${commaHint(input)}`,
  };
}

function commaHint(value: unknown): string {
  const written = typeof value === 'string' ? value.trim() : '';
  const grouped = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(written);
  if (grouped) return `; write ${written.replaceAll(',', '')} without commas`;
  return /^[+-]?\d*,\d+(e[+-]?\d+)?$/i.test(written)
    ? `; write ${written.replace(/^([+-]?),/, '$10,').replace(',', '.')} with a decimal point`
    : '';
}

/** An integer in `min..max`. */
export function whole(min: number, max: number) {
  const expected = mustBeNumber(`a whole number from ${min} to ${max}`);
  return z.number(expected).int(expected).min(min, expected).max(max, expected);
}

interface Range {
  min?: number;
  /** Exclusive bound. */
  above?: number;
  max?: number;
  /** Exclusive bound. */
  below?: number;
}

/** A finite number in a range. */
export function real(range: Range = {}) {
  const expected = mustBeNumber(`a number${rangeText(range)}`);
  let schema = z.number(expected);
  if (range.min !== undefined) schema = schema.min(range.min, expected);
  if (range.above !== undefined) schema = schema.gt(range.above, expected);
  if (range.max !== undefined) schema = schema.max(range.max, expected);
  if (range.below !== undefined) schema = schema.lt(range.below, expected);
  return schema;
}

function rangeText({ min, above, max, below }: Range): string {
  const parts = [
    min === undefined ? null : `at least ${min}`,
    above === undefined ? null : `above ${above}`,
    max === undefined ? null : `at most ${max}`,
    below === undefined ? null : `below ${below}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}

/** A boolean. The YAML 1.1 words `yes`, `no`, `on` and `off` are accepted. */
export function flag() {
  const words = new Map([
    ['yes', true],
    ['on', true],
    ['no', false],
    ['off', false],
  ]);
  return z.preprocess(
    (value) => (typeof value === 'string' ? (words.get(value.toLowerCase()) ?? value) : value),
    z.boolean(mustBe('true or false')),
  );
}

/** A string that is not blank. Read it with `Reader.written`. */
export function text(expected = 'a string') {
  return z.string(mustBe(expected)).refine((value) => value.trim() !== '', mustBe(expected));
}

/**
 * One of several words; case is ignored. If there is only one word, the message says that this version supports only
 * that.
 */
export function choice<const T extends string>(options: readonly T[]) {
  const schema = z.unknown().transform((value, context): T => {
    const wanted = typeof value === 'string' ? value.trim().toLowerCase() : value;
    const found = options.find((option) => option === wanted);
    if (found !== undefined) return found;
    const hint = typeof value === 'string' ? didYouMean(value, options) : '';
    const right =
      options.length === 1
        ? `this version has only "${options[0]}"`
        : `must be one of ${options.join(', ')}${hint}`;
    context.addIssue({ code: 'custom', message: `is ${describe(value)}; ${right}` });
    return z.NEVER;
  });
  return schema.meta({ type: 'string', enum: [...options] });
}
