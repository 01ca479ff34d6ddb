import { expect, test } from '@jest/globals';
import { formatAgo } from './times.js';

const NOW = Date.UTC(2026, 0, 5, 14, 30);

test.each<[number, string]>([
  [2_000, 'just now'],
  [-2_000, 'just now'],
  [45_000, '45 sec. ago'],
  [3 * 60_000 + 59_000, '3 min. ago'],
  [2 * 3_600_000, '2 hr. ago'],
  [25 * 3_600_000, 'yesterday'],
  [-90_000, 'in 1 min.'],
])('%d ms ago is said in English', (distance, words) => {
  expect(formatAgo(NOW - distance, NOW)).toBe(words);
});
