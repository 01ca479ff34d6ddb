import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wrapped, wrappedName } from './wrapped.js';

test('text is wrapped between words and keeps its own line ends', () => {
  expect(wrapped('one two three\nfour', 8)).toBe('one two\nthree\nfour');
  expect(wrapped('much-too-long two', 8)).toBe('much-too-long\ntwo');
});

test('continuation lines start under the text of their line, or under its value', () => {
  expect(wrapped('  epochs   23 of 50, kept epoch 13 of the lowest', 36)).toBe(
    '  epochs   23 of 50, kept epoch 13\n           of the lowest',
  );
  expect(wrapped('  warning: synthetic bars', 18)).toBe('  warning:\n  synthetic bars');
  expect(wrapped('  validation accuracy   55.1 % of the rows', 30)).toBe(
    '  validation accuracy   55.1 %\n    of the rows',
  );
});

test('colours have no width, and no text is lost or wider than the terminal', () => {
  expect(wrapped('\u001b[1mone\u001b[22m two', 7)).toBe('\u001b[1mone\u001b[22m two');
  const word = fc.stringMatching(/^[a-z%]{1,9}$/);
  fc.assert(
    fc.property(
      fc.array(word),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 16, max: 60 }),
      (words, lead, width) => {
        const lines = wrapped(' '.repeat(lead) + words.join(' '), width).split('\n');
        expect(
          lines
            .map((line) => line.trim())
            .join(' ')
            .trim(),
        ).toBe(words.join(' '));
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test('a name is wrapped after its signs, and a longer part is cut', () => {
  expect(wrappedName('training.early_stopping.patience', 18)).toEqual([
    'training.early_',
    ' stopping.patience',
  ]);
  expect(wrappedName('model/1h_v1', 20)).toEqual(['model/1h_v1']);
  expect(wrappedName(`a.${'x'.repeat(30)}.b`, 10)).toEqual(['a.', ` ${'x'.repeat(8)}…`, ' b']);
  expect(wrappedName('\u001b[1mone two\u001b[22m', 5)).toEqual(['\u001b[1mone …\u001b[22m']);
});
