import { expect, test } from '@jest/globals';
import { interval } from './index.js';

test('an interval leaves half of the rest on each side, turned around the estimate', () => {
  const draws = Float64Array.from({ length: 101 }, (_, i) => i).reverse();
  expect(interval(draws, 50, 0.9)).toEqual([5, 95]);
  expect(interval(draws, 40, 0.9)).toEqual([-15, 75]);
});
