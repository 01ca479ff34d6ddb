import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvCell } from './csv-cell.js';
import { oneLine, printable, printableJson, truncate } from './printable.js';
import { shown } from './shown.js';
import { propertyRuns } from './testing/property-runs.js';

/** The code points that no output may contain. Deliberately independent of the pattern in the source. */
function isForbidden(code: number): boolean {
  const isOneOf = (...ranges: [number, number][]) => ranges.some(([from, to]) => code >= from && code <= to);
  return (
    isOneOf([0, 9], [11, 31], [0x7f, 0x9f], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f]) ||
    isOneOf([0xd800, 0xdfff], [0xfdd0, 0xfdef], [0xfeff, 0xfeff], [0x61c, 0x61c], [0xe0000, 0xe0fff]) ||
    (code & 0xfffe) === 0xfffe
  );
}

/** Texts. Most have such code points. */
const SPECIAL = [
  0, 7, 9, 13, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x200b, 0x200d, 0x202e, 0x2028, 0x2067, 0x2060, 0x301, 0x489,
];
const REST = [
  0xfeff, 0xfff9, 0xfffe, 0xfdd0, 0xd800, 0xdc00, 0xe0041, 0x1ffff, 0x10ffff, 0x180e, 0x3164, 0x1d173,
];
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...SPECIAL, ...REST).map((code) => String.fromCodePoint(code)),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('=', '+1', '-', '@', '"', ',', '\n', '\r\n', 'AAPL', '\u0301'.repeat(20)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

function forbiddenIn(text: string, { lineFeeds = true } = {}): string[] {
  return Array.from(text)
    .filter((character) => isForbidden(character.codePointAt(0)!) || (!lineFeeds && character === '\n'))
    .map((character) => character.codePointAt(0)!.toString(16));
}

describe('no character reaches an output that moves, hides or turns round what a person reads', () => {
  test('in any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(forbiddenIn(printable(text))).toEqual([]);
        expect(forbiddenIn(oneLine(text), { lineFeeds: false })).toEqual([]);
        expect(forbiddenIn(shown(text), { lineFeeds: false })).toEqual([]);
        expect(printable(text)).not.toMatch(/\p{M}{5}/u);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('in JSON, which keeps every value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), anyText, (json, text) => {
        const value = { [text]: [text, json] };
        const written = printableJson(value);
        expect(forbiddenIn(written, { lineFeeds: false })).toEqual([]);
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(forbiddenIn(printableJson(value, 2))).toEqual([]);
        expect(written).not.toMatch(/\p{M}{5}/u);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('in a CSV cell, which no spreadsheet takes for a formula', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cell = csvCell(text);
        expect(forbiddenIn(cell, { lineFeeds: false })).toEqual([]);
        expect(cell).not.toMatch(/^"?[=+\-@\t\r]/);
      }),
      { numRuns: propertyRuns() },
    );
  });
});

test('a hidden character is shown; text of every language stays', () => {
  expect(printable('a\u202eb')).toBe('a\\u202eb');
  expect(printable('safe\u200bname \u{e0041}')).toBe('safe\\u200bname \\udb40\\udc41');
  expect(printable('\ud800x')).toBe('\\ud800x');
  expect(printable(`Z${'\u0301'.repeat(500)}`)).toBe(`Z${'\u0301'.repeat(4)}`);
  for (const text of ['Schrödinger', 'हिन्दी', 'ภาษาไทย', 'עִבְרִית', '日本語', '✔ ⚠️ 🚀'])
    expect(printable(text)).toBe(text);
});

test('CSV: numbers stay numbers, formulas become text, quotes are doubled', () => {
  expect([-1.5, 0, null, true, 'AAPL', 'BRK.B'].map(csvCell)).toEqual([
    '-1.5',
    '0',
    '',
    'true',
    'AAPL',
    'BRK.B',
  ]);
  expect(csvCell('=cmd|"/c calc"!A0')).toBe(`"'=cmd|""/c calc""!A0"`);
  expect(csvCell('\t=1+1')).toBe(`"'=1+1"`);
  expect(csvCell('a,b')).toBe('"a,b"');
  expect(csvCell('a\r\nb')).toBe('a b');
});

test('a cut never halves a character', () => {
  expect(truncate('abc', 3)).toBe('abc');
  expect(truncate('abcd', 3)).toBe('ab…');
  expect(truncate('a🚀b', 3)).toBe('a…');
});

test('text of a file or server cannot move the cursor or colour the terminal', () => {
  expect(printable('a\u001b[31mred\u0007\u009b2J\ttab\nline')).toBe('a [31mred  2J tab\nline');
  expect(oneLine('first \n  second\n')).toBe('first second');
});

test('text is cut to a width, and the cut is marked', () => {
  expect(truncate('Training', 8)).toBe('Training');
  expect(truncate('Training', 5)).toBe('Trai…');
  expect(truncate('Training', 0)).toBe('…');
});
