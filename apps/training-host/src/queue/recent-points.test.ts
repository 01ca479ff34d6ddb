import { expect, test } from '@jest/globals';
import type { EpochMetrics } from '@ktrdr/contracts';
import { recentPoints } from './recent-points.js';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 5, 10, 0, second)).toISOString();

/** Two seeds that train in parallel: each ends one epoch a second. */
const points = [1, 2].flatMap((seed) =>
  [1, 2, 3, 4, 5].map((epoch) => ({ seed, epoch, at: at(epoch) }) as EpochMetrics),
);

test.each([
  [3, 100, ['1.3', '1.4', '1.5', '2.3', '2.4', '2.5']],
  [1, 4, ['1.4', '1.5', '2.4', '2.5']],
  [6, 100, []],
])('since second %i, at most %i: %j', (since, most, expected) => {
  const recent = recentPoints(points, at(since), most);
  expect(recent.map(({ seed, epoch }) => `${seed}.${epoch}`)).toEqual(expected);
});
