import { expect, test } from '@jest/globals';
import type { MetricPoint } from '@ktrdr/contracts';
import { withLater } from './known-points.js';

const points = (...places: string[]): MetricPoint[] =>
  places.map((place) => {
    const [seed, epoch] = place.split('.').map(Number);
    return { seed: seed === 0 ? null : seed, epoch } as MetricPoint;
  });
const placesOf = (all: readonly MetricPoint[]): string[] =>
  all.map(({ seed, epoch }) => `${seed ?? 0}.${epoch}`);

test.each([
  [['0.1', '0.2'], ['0.3'], ['0.1', '0.2', '0.3']],
  [
    ['1.1', '2.1'],
    ['1.2', '3.1'],
    ['1.1', '1.2', '2.1', '3.1'],
  ],
  // seed 2 has resumed from its first epoch
  [
    ['1.1', '1.2', '2.1', '2.2', '2.3'],
    ['2.1', '2.2'],
    ['1.1', '1.2', '2.1', '2.2'],
  ],
])('%j with the later points %j', (known, later, all) => {
  expect(placesOf(withLater(points(...known), points(...later)))).toEqual(all);
});
