import { expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { TextBytes } from './text-bytes.js';

const prices = fc
  .tuple(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.nat(10))
  .map(([whole, decimals]) => whole / 10 ** decimals);

test('a number is written so that the same one is read', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(prices, fc.double())), (numbers) => {
      const out = new TextBytes();
      for (const number of numbers) {
        out.number(number);
        out.comma();
      }
      const cells = Buffer.from(out.take()).toString().split(',').slice(0, -1);
      expect(cells).toHaveLength(numbers.length);
      for (const [at, cell] of cells.entries())
        if (Number.isNaN(numbers[at])) expect(cell).toBe('');
        else expect(Number(cell)).toBe(numbers[at]! + 0);
    }),
    { numRuns: propertyRuns() },
  );
});

test.each([
  [12.3, '12.3'],
  [-0.05, '-0.05'],
  [100, '100'],
  [0.00000001, '1e-8'],
  [1.00000001, '1.00000001'],
  [5e9, '5000000000'],
])('%s is written as %s', (number, text) => {
  const out = new TextBytes();
  out.number(number);
  expect(Number(text)).toBe(number);
  expect(Number(Buffer.from(out.take()).toString())).toBe(number);
});
