import { expect, test } from '@jest/globals';
import { formatNumber } from './numbers.js';
import { alikePrices, filePrices, roundedPrices } from './prices.js';

/** The decimal point of this machine's locale. */
const [, point = ''] = formatNumber(0.5, 1);

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
  expect(prices.map(alikePrices(prices))).toEqual(texts.map((text) => text.replace('.', point)));
});

test.each([
  [
    [478.123456, 501.5],
    ['478.123', '501.500'],
  ],
  [
    [1.0712345, 0.98765432],
    ['1.07123', '0.98765'],
  ],
  [
    [187.15, 188],
    ['187.15', '188.00'],
  ],
])('%j is rounded to six digits of the largest', (prices, texts) => {
  const format = roundedPrices(prices);
  expect(prices.map((price) => format(price))).toEqual(texts.map((text) => text.replace('.', point)));
});

test.each([
  // adjusted
  [
    [89.64, 91.7865468594],
    ['89.6400', '91.7865'],
  ],
  [
    [1.08123, 63_250.12345],
    ['1.08123', '63,250.12345'],
  ],
])('%j of a file is exact, unless it was computed', (prices, texts) => {
  expect(prices.map(filePrices(prices)).map((text) => text.replace(/\D/g, ' '))).toEqual(
    texts.map((text) => text.replace(/\D/g, ' ')),
  );
});
