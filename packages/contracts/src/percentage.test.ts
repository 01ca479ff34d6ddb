import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openPercentage, percentageText } from './percentage.js';

const exact = fc.double({ min: -10, max: 110, noNaN: true });

test('openPercentage is monotonic, has one decimal and stays between 0 and 99.9', () => {
  fc.assert(
    fc.property(exact, exact, (a, b) => {
      const [low, high] = [openPercentage(Math.min(a, b)), openPercentage(Math.max(a, b))];
      expect(low).toBeLessThanOrEqual(high);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(99.9);
      expect(Number(high.toFixed(1))).toBe(high);
    }),
  );
});

test('rounding a rounded percentage does not change it', () => {
  fc.assert(fc.property(exact, (value) => openPercentage(openPercentage(value)) === openPercentage(value)));
});

test('only 100 appears as 100', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (value) => {
      expect(percentageText(value) === '100.0%').toBe(value === 100);
    }),
  );
  expect([0, 7, 57.3, 99.96, 100].map(percentageText)).toEqual(['0.0%', '7.0%', '57.3%', '99.9%', '100.0%']);
});
