import { expect, test } from '@jest/globals';
import { barsOriginChoices } from './bars-origin-text.js';

test.each([
  [
    { kind: 'import', adjust: 'ratio', timezone: 'America/New_York' },
    'all prices adjusted, times in America/New_York',
  ],
  [{ kind: 'import', adjust: 'close', timezone: null }, 'close replaced by the adjusted close'],
  [{ kind: 'import', adjust: 'none', timezone: 'UTC' }, 'times in UTC'],
  [{ kind: 'resample', timezone: 'Europe/Berlin' }, 'days in Europe/Berlin'],
  // of an earlier version, and for dates
  [{ kind: 'import' }, null],
  [{ kind: 'import', adjust: 'none', timezone: null }, null],
] as const)('%j: %s', (origin, text) => {
  expect(barsOriginChoices(origin)).toBe(text);
});
