import { expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { padded, shortened, shownWidth } from './shown-width.js';
import { createStyle } from './style.js';
import { textTable } from './views/text-table.js';

const { red } = createStyle(true);

test.each([
  ['abc', 3],
  ['日本', 4],
  ['e\u0301', 1],
  ['👩‍🚀', 2],
  [red('日'), 2],
  ['', 0],
])('%j fills %i columns', (text, width) => {
  expect(shownWidth(text)).toBe(width);
});

test.each([
  ['abcdef', 4, 'end', 'abc…'],
  ['abcdefgh', 5, 'middle', 'ab…gh'],
  ['日本語', 5, 'end', '日本…'],
  ['日本語', 4, 'end', '日…'],
  ['abc', 3, 'end', 'abc'],
  ['abc', 0, 'end', ''],
] as const)('%j in %i columns, cut at the %s, is %j', (text, width, cut, short) => {
  expect(shortened(text, width, cut)).toBe(short);
});

test('a cut keeps the colour codes, so that the colour ends', () => {
  expect(shortened(red('abcdef'), 3)).toBe(red('ab…'));
});

const word = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('日', 'ü', 'x', 'Я'), maxLength: 30 }),
);

test('a table whose columns may all be shortened fits the terminal with any content, and its columns stay aligned', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, word, word), { maxLength: 5 }),
      fc.integer({ min: 30, max: 90 }),
      (rows, width) => {
        const columns = [
          { head: 'one', least: 5 },
          { head: 'two', least: 5, drop: 1 },
          { head: 'three', least: 5, cut: 'middle' as const },
        ];
        const lines = textTable(columns, rows, createStyle(false), width).split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(shownWidth(line)).toBeLessThan(width);
      },
    ),
    { numRuns: propertyRuns() },
  );
});

test('a table that is too wide loses the columns that it may lose, the highest number first', () => {
  const columns = [{ head: 'name' }, { head: 'b', drop: 1 }, { head: 'c', drop: 2 }];
  const rows = [['x'.repeat(10), 'y'.repeat(10), 'z'.repeat(10)]];
  const heads = (width: number): string =>
    textTable(columns, rows, createStyle(false), width).split('\n')[0]!.trim();
  expect(heads(80)).toMatch(/^name +b +c$/);
  expect(heads(30)).toMatch(/^name +b$/);
  expect(heads(20)).toBe('name');
});

test('padding counts columns, not characters', () => {
  expect(padded('日', 4)).toBe('日  ');
  expect(padded('日', 4, 'right')).toBe('  日');
});
