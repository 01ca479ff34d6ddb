import { expect, test } from '@jest/globals';
import { count } from './named.js';

test('a count has the separators of English', () => {
  for (const value of [0, 7, 999, 1000, 12_345, 123_456, 1_234_567, -1234, 2 ** 52]) {
    expect(count(value)).toBe(value.toLocaleString('en-US'));
  }
});
