import { expect, test } from '@jest/globals';
import { AFTER_PATTERN, LastEpochs } from './last-epochs.js';
import type { EpochPlace } from './operation-metrics.js';

const places = (points: readonly EpochPlace[]): string[] =>
  points.map(({ seed, epoch }) => `${seed ?? 0}.${epoch}`);
const one: EpochPlace[] = [1, 2, 3].map((epoch) => ({ seed: null, epoch }));
const several: EpochPlace[] = [1, 2, 3].flatMap((seed) => [1, 2, 3].map((epoch) => ({ seed, epoch })));

test.each([
  ['0.2', one, ['0.3']],
  ['0.3', one, []],
  // the run has resumed from an earlier epoch
  ['0.4', one, ['0.1', '0.2', '0.3']],
  ['1.3,2.3,3.9', several, ['3.1', '3.2', '3.3']],
  ['1.3,3.1', several, ['2.1', '2.2', '2.3', '3.2', '3.3']],
  [undefined, several, places(several)],
])('after %s', (after, points, expected) => {
  expect(places(LastEpochs.parse(after).later(points))).toEqual(expected);
});

test('a reader of points that seeds report in any order misses none', () => {
  const known = new LastEpochs();
  expect(known.after).toBeUndefined();
  known.add([
    { seed: 1, epoch: 1 },
    { seed: 3, epoch: 1 },
    { seed: 3, epoch: 2 },
  ]);
  expect(known.after).toBe('1.1,3.2');
  const later = LastEpochs.parse(known.after).later(several);
  expect(places(later)).toEqual(['1.2', '1.3', '2.1', '2.2', '2.3', '3.3']);
  known.add(later);
  expect(known.after).toBe('1.3,3.3,2.3');
  expect(LastEpochs.parse(known.after).later(several)).toEqual([]);
});

test.each([
  ['0.12', true],
  ['1.12,2.9', true],
  [new LastEpochs(Array.from({ length: 1_000 }, (_, seed) => ({ seed, epoch: 7 }))).after!, true],
  [new LastEpochs(Array.from({ length: 1_001 }, (_, seed) => ({ seed, epoch: 7 }))).after!, false],
  ['', false],
  ['1', false],
  ['1.2,', false],
  ['1.2;2.3', false],
  ['1.-2', false],
  ['1.1234567890123456', false],
])('the query %.20s is valid: %s', (after, valid) => {
  expect(AFTER_PATTERN.test(after)).toBe(valid);
});
