import { describe, expect, test } from '@jest/globals';
import { areDates, describeBars, priceDecimals, type PriceBar } from './price-series.js';

function bar(time: string, close: number): PriceBar {
  return { time, open: close, high: close, low: close, close };
}

describe('priceDecimals', () => {
  test.each([
    [[100, 101], 0],
    [[187.5, 187.25], 2],
    [[1.08123, 1.1], 5],
    // adjusted prices have more digits than anyone reads
    [[151.23456789], 3],
    [[0.0000123456], 10],
    [[0], 2],
  ])('of %j is %d', (prices, decimals) => {
    expect(priceDecimals(prices.map((price) => bar('2026-01-05T10:00:00Z', price)))).toBe(decimals);
  });
});

test('bars that all begin at midnight UTC have dates instead of times', () => {
  expect(areDates([bar('2026-01-05T00:00:00Z', 1), bar('2026-01-06T00:00:00Z', 1)])).toBe(true);
  expect(areDates([bar('2026-01-05T00:00:00Z', 1), bar('2026-01-05T01:00:00Z', 1)])).toBe(false);
});

test('a chart is described with its range, its change, its decisions and its trades', () => {
  const bars = [bar('2026-01-05T00:00:00Z', 100), bar('2026-01-06T00:00:00Z', 110)];
  const text = describeBars(bars, ['BUY', null], [{ time: bars[0]!.time, kind: 'long' }]);
  expect(text).toMatch(/^2 bars from .*2026.* to .*2026/);
  expect(text).toMatch(/The close goes from 100 to 110 \(.*10.*%\)/);
  expect(text).toContain('1 BUY, 0 HOLD, 0 SELL. 1 trade is marked.');
  expect(describeBars([], undefined, [])).toBe('There are no bars.');
});
