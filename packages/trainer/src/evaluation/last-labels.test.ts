import { expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { newestKnownRows } from './last-labels.js';

test('a label is known once its last bar is before the row', () => {
  const time = Float64Array.of(10, 20, 30, 40, 50);
  // The label of 10 ends last of the first three.
  const labelEnd = Float64Array.of(40, 20, 35, 60, 70);
  const known = (...rows: number[]): number[] => [
    ...newestKnownRows({ time, labelEnd }, Int32Array.of(...rows)),
  ];
  expect(known(0, 1, 2, 3, 4)).toEqual([-1, -1, 1, 2, 2]);
  expect(known(4)).toEqual([2]);
});

test('agrees with a search through all rows and does not look ahead', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 30 })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(rows, (steps) => {
      let moment = 0;
      const time = Float64Array.from(steps, ([step]) => (moment += step));
      const labelEnd = time.map((at, row) => at + steps[row]![1]);
      const all = Int32Array.from(time.keys());
      const known = newestKnownRows({ time, labelEnd }, all);
      known.forEach((found, row) => {
        const slow = [...all].findLast((other) => labelEnd[other]! < time[row]!) ?? -1;
        expect(found).toBe(slow);
        if (found >= 0) expect(found).toBeLessThan(row);
      });
    }),
    { numRuns: propertyRuns() },
  );
});
