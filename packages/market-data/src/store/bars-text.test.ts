import { expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import type { Timeframe } from '@ktrdr/contracts';
import { formatBarTime } from '../timestamp.js';
import { BarsText } from './bars-text.js';

type Row = [time: number, open: number, high: number, low: number, close: number, volume: number];

function written(timeframe: Timeframe, rows: readonly Row[]): string {
  const text = new BarsText(timeframe, 1000);
  let all = '';
  for (const row of rows) {
    if (text.isFull) all += text.take().toString();
    text.add(...row);
  }
  return all + text.take().toString();
}

function expected(timeframe: Timeframe, rows: readonly Row[]): string {
  return rows.map(([time, ...values]) => `${formatBarTime(time, timeframe)},${values.join(',')}\n`).join('');
}

/** Prices with few decimals, as exchanges have them, and any other number. */
const number = fc.oneof(
  fc
    .tuple(fc.integer(), fc.integer({ min: 0, max: 12 }))
    .map(([digits, decimals]) => digits / 10 ** decimals),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0,
    -0,
    1e-6,
    9.99e-7,
    0.1 + 0.2,
    1e15,
    999_999_999_999_999,
    1e21,
    1e-300,
    -37.63,
    Math.fround(150.34),
  ),
);
const time = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => second * 1000),
  fc.integer({ min: -30_000, max: 3_000_000 }).map((day) => day * 86_400_000),
  fc.integer({ min: -70_000_000_000_000, max: 300_000_000_000_000 }),
);
const row: fc.Arbitrary<Row> = fc.tuple(time, number, number, number, number, number);

test('a line has the time of the bar and the shortest form of each number', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Timeframe>('1m', '1h', '1d', '1w'),
      fc.array(row, { maxLength: 40 }),
      (timeframe, rows) => {
        expect(written(timeframe, rows)).toBe(expected(timeframe, rows));
      },
    ),
    { numRuns: propertyRuns() },
  );
});
