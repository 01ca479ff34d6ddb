import { expect, test } from '@jest/globals';
import type { BarsOrigin } from '@ktrdr/contracts';
import { originText } from './origin-text.js';

const origin = (from: string, at: string): BarsOrigin => ({
  kind: 'import',
  from,
  sha256: null,
  profile: null,
  at,
  rows: 10,
});
const [first, second, third] = [
  origin('a.csv', '2026-01-01T00:00:00Z'),
  origin('b.csv', '2026-02-01T00:00:00Z'),
  origin('c.csv', '2026-03-01T00:00:00Z'),
];

test.each([
  ['2026-01-15T00:00:00.000Z', 'import: a.csv'],
  ['2026-02-15T00:00:00.000Z', 'import: b.csv, and 1 earlier'],
  ['2026-04-01T00:00:00.000Z', 'import: c.csv, and 2 earlier'],
  ['2025-12-31T00:00:00.000Z', 'unknown'],
])('of a model that was trained at %s: %s', (trainedAt, text) => {
  expect(originText([third, second, first], trainedAt)).toBe(text);
});

test('of a file that ktrdr did not write is unknown', () => {
  expect(originText([], '2026-01-15T00:00:00Z')).toBe('unknown');
});
