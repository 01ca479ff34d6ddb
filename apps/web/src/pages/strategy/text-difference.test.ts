import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { issueRange } from './editor/issue-range.js';
import { foldEqualLines, textDifference } from './text-difference.js';

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;

test('lines of only one text are removed or added', () => {
  const lines = textDifference('a\nb\nc\nd', 'a\nc\nx\nd').map(({ kind, text }) => SIGNS[kind] + text);
  expect(lines).toEqual([' a', '-b', ' c', '+x', ' d']);
});

test('both texts can be read from their difference', () => {
  const text = fc.array(fc.constantFrom('a', 'b', ''), { maxLength: 8 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = textDifference(before, after);
      const without = (kind: string): string =>
        lines
          .filter((line) => line.kind !== kind)
          .map((line) => line.text)
          .join('\n');
      expect(without('added')).toBe(before);
      expect(without('removed')).toBe(after);
    }),
    { numRuns: 200 },
  );
});

test('an issue marks the word at its place, also after the text was shortened', () => {
  const text = 'model:\n  type: mlpx # no\n';
  const at = (line: number | null, column: number | null): string | null => {
    const range = issueRange(text, { line, column });
    return range === null ? null : text.slice(range.from, range.to);
  };
  expect(at(2, 9)).toBe('mlpx');
  expect(at(1, 1)).toBe('model');
  expect(at(null, null)).toBeNull();
  expect(at(99, 99)).toBe('');
});

test('equal lines far from a difference are folded into their number', () => {
  const before = 'abcdefghij'.split('').join('\n');
  const folded = foldEqualLines(textDifference(before, before.replace('i', 'x')));
  expect(folded.map((line) => (typeof line === 'number' ? line : SIGNS[line.kind] + line.text))).toEqual([
    5,
    ' f',
    ' g',
    ' h',
    '-i',
    '+x',
    ' j',
  ]);
  expect(foldEqualLines(textDifference(before, before))).toEqual([10]);
});
