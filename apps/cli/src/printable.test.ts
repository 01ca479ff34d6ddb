import { expect, test } from '@jest/globals';
import { oneLine, printable, truncate, wrapped } from './printable.js';

test('text of a file or server cannot move the cursor or colour the terminal', () => {
  expect(printable('a\u001b[31mred\u0007\u009b2J\ttab\nline')).toBe('a [31mred  2J tab\nline');
  expect(oneLine('first \n  second\n')).toBe('first second');
});

test('text is cut to a width with a sign that something is missing', () => {
  expect(truncate('Training', 8)).toBe('Training');
  expect(truncate('Training', 5)).toBe('Trai…');
  expect(truncate('Training', 0)).toBe('…');
});

test('text is broken between words, and keeps its own line ends', () => {
  expect(wrapped('one two three\nfour', 8)).toBe('one two\nthree\nfour');
  expect(wrapped('much-too-long two', 8)).toBe('much-too-long\ntwo');
});
