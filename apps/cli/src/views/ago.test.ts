import { expect, test } from '@jest/globals';
import { ago } from './ago.js';

const NOW = Date.parse('2026-11-30T10:00:00Z');

test.each([
  ['2026-11-30T09:59:55Z', 'just now'],
  ['2026-11-30T10:00:30Z', 'just now'],
  ['2026-11-30T09:59:15Z', '45 s ago'],
  ['2026-11-30T09:56:30Z', '3 min ago'],
  ['2026-11-30T07:30:00Z', '2 h ago'],
  ['2026-11-29T09:00:00Z', 'yesterday'],
  ['2026-11-25T09:00:00Z', '5 days ago'],
  ['2026-09-25T09:00:00Z', '2026-09-25'],
  ['2026-11-30T12:30:00Z', '2026-11-30 12:30'],
])('%s is %s', (time, text) => {
  expect(ago(time, NOW)).toBe(text);
});
