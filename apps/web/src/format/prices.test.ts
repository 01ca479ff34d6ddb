import { expect, test } from '@jest/globals';
import { alikePrices } from './prices.js';

test.each([
  [
    [187.15, 188, 183.8999999999999],
    ['187.15', '188.00', '183.90'],
  ],
  [
    [97, 120],
    ['97', '120'],
  ],
  [
    [0.00001234, 1],
    ['0.00001234', '1.00000000'],
  ],
  [
    [1e-7, 2],
    ['0.0000001', '2.0000000'],
  ],
  [
    [-40.32, -37.6],
    ['-40.32', '-37.60'],
  ],
])('%j has equal decimals', (prices, texts) => {
  expect(prices.map(alikePrices(prices))).toEqual(texts);
});
