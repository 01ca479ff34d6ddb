import { expect, test } from '@jest/globals';
import { summaryOf, withoutGaps } from './seed-summary.js';

test('a summary has the mean, the lowest and the highest of the lines that have a value', () => {
  const lines = [
    [1, 2, 3, null],
    [3, 6, null, null],
  ];
  expect(summaryOf(lines)).toEqual({
    counts: [2, 2, 1, 0],
    mean: [2, 4, 3, null],
    low: [1, 2, 3, null],
    high: [3, 6, 3, null],
  });
  expect(summaryOf([])).toEqual({ counts: [], mean: [], low: [], high: [] });
});

test.each([
  [
    [1, 2, 3],
    [0.5, null, 1.5],
    [0.5, 1, 1.5],
  ],
  // by the distance on the axis, not by the number of places
  [
    [1, 2, 5],
    [0, null, 8],
    [0, 2, 8],
  ],
  // neither before the first value nor after the last
  [
    [1, 2, 3, 4, 5],
    [null, 1, null, 3, null],
    [null, 1, 2, 3, null],
  ],
  [
    [1, 2],
    [null, null],
    [null, null],
  ],
])('over %j, %j without gaps is %j', (x, values, expected) => {
  expect(withoutGaps(x, values)).toEqual(expected);
});
