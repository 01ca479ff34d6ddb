import { expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-after.js';

const NOW = Date.UTC(2026, 0, 5, 9, 30);

test.each<[string | undefined, number | null]>([
  ['0', 0],
  ['20', 20_000],
  [' 7200 ', 7_200_000],
  ['Mon, 05 Jan 2026 09:31:30 GMT', 90_000],
  // of the past
  ['Mon, 05 Jan 2026 09:00:00 GMT', 0],
  // an obsolete form that RFC 9110 still allows
  ['Monday, 05-Jan-26 09:30:05 GMT', 5_000],
  [undefined, null],
  ['', null],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['2026-01-05T09:31:30Z', null],
  ['99999999999999', null],
])('%s asks to wait %s ms', (header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});
