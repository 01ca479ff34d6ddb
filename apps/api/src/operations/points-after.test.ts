import { expect, test } from '@jest/globals';
import type { MetricPoint } from '@ktrdr/contracts';
import { pointsAfter } from './points-after.js';

const places = (points: readonly Partial<MetricPoint>[], after: string): string[] =>
  pointsAfter(points as MetricPoint[], after).map(({ seed, epoch }) => `${seed ?? 0}.${epoch}`);
const one = [1, 2, 3].map((epoch) => ({ seed: null, epoch }));
const several = [1, 2, 3].flatMap((seed) => [1, 2, 3].map((epoch) => ({ seed, epoch })));

test.each([
  ['0.2', one, ['0.3']],
  ['0.3', one, []],
  // the run has resumed from an earlier epoch
  ['0.4', one, ['0.1', '0.2', '0.3']],
  ['1.3,2.3,3.9', several, ['3.1', '3.2', '3.3']],
  ['1.3,3.1', several, ['2.1', '2.2', '2.3', '3.2', '3.3']],
])('after %s', (after, points, expected) => {
  expect(places(points, after)).toEqual(expected);
});
