import { expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';

import { median } from './median.js';

test('the median is the middle of the sorted values', () => {
  const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, (numbers) => {
      const sorted = numbers.toSorted((a, b) => a - b);
      const [lower, upper] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
      expect(median(Float64Array.from(numbers))).toBe((lower + upper) / 2);
    }),
    { numRuns: propertyRuns() },
  );
  expect(median(new Float64Array(0))).toBeNaN();
});
