import { describe, expect, test } from '@jest/globals';
import { TIMEFRAMES, TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import fc from 'fast-check';
import type { Bars } from './bars.js';
import { describeStale, findStaleStretches } from './stale-stretches.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function bars(timeframe: Timeframe, times: readonly number[]): Bars {
  const time = Float64Array.from(times);
  const column = new Float64Array(times.length);
  const prices = { open: column, high: column, low: column, close: column, volume: column };
  return {
    symbol: 'X',
    timeframe,
    time,
    ...prices,
    length: times.length,
    synthetic: false,
    file: `X_${timeframe}.csv`,
  };
}

/** Hours of a currency market: from Sunday 22:00 to Friday 22:00 UTC. */
function currencyHours(from: string, days: number): number[] {
  const start = Date.parse(from);
  return Array.from({ length: days * 24 }, (_, hour) => start + hour * HOUR_MS).filter((time) => {
    const [day, hour] = [new Date(time).getUTCDay(), new Date(time).getUTCHours()];
    return day === 0 ? hour >= 22 : day === 5 ? hour < 22 : day < 6;
  });
}

/** Hours of a stock market: 14:00 to 20:00 UTC from Monday to Friday, without the days in `closed`. */
function stockHours(from: string, days: number, closed: readonly string[] = []): number[] {
  const start = Date.parse(from);
  return Array.from({ length: days * 24 }, (_, hour) => start + hour * HOUR_MS).filter((time) => {
    const date = new Date(time);
    const open = date.getUTCHours() >= 14 && date.getUTCHours() < 21;
    return open && date.getUTCDay() % 6 !== 0 && !closed.includes(date.toISOString().slice(0, 10));
  });
}

function daysOf(hours: readonly number[]): number[] {
  return [...new Set(hours.map((time) => Math.floor(time / DAY_MS) * DAY_MS))];
}

const iso = (time: number): string => new Date(time).toISOString().slice(0, 16);

describe('a file that covers the base bars has no stale stretches', () => {
  const closed = ['2024-01-01', '2024-01-15'];
  const stock = stockHours('2024-01-01', 40, closed);
  const currency = currencyHours('2024-01-01', 40);
  const weekdays = daysOf(currency).filter((time) => new Date(time).getUTCDay() % 6 !== 0);
  test.each([
    ['a stock market with weekends and a holiday', stock, daysOf(stock)],
    [
      'days stamped with the opening hour',
      stock,
      stock.filter((time) => new Date(time).getUTCHours() === 14),
    ],
    ['a currency market', currency, daysOf(currency)],
    ['a currency market whose daily file has no Sundays', currency, weekdays],
  ])('%s', (_, base, days) => {
    expect(findStaleStretches(bars('1h', base), bars('1d', days))).toEqual([]);
  });

  test('a half day that the daily file does not have', () => {
    const half = stock.filter(
      (time) => !iso(time).startsWith('2024-01-24') || new Date(time).getUTCHours() < 17,
    );
    const days = daysOf(half).filter((time) => !iso(time).startsWith('2024-01-24'));
    expect(findStaleStretches(bars('1h', half), bars('1d', days))).toEqual([]);
  });

  test('weeks', () => {
    const weeks = daysOf(stock).filter((time) => new Date(time).getUTCDay() === 1);
    expect(findStaleStretches(bars('1d', daysOf(stock).slice(3)), bars('1w', weeks))).toEqual([]);
  });
});

describe('a file that does not cover the base bars', () => {
  const base = stockHours('2024-01-01', 40);
  const days = daysOf(base);

  test('that ends early: its last bar counts until its successor should have closed', () => {
    const found = findStaleStretches(bars('1h', base), bars('1d', days.slice(0, 10)));
    // the last day is Friday, 12 January; Monday has no bar, and should have closed at midnight
    expect(found.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
      ['2024-01-16T14:00', '2024-02-09T20:00'],
    ]);
    expect(describeStale(found[0]!)).toBe('X_1d.csv has no bars after 2024-01-12');
  });

  test('that begins late', () => {
    const found = findStaleStretches(bars('1h', base), bars('1d', days.slice(5)));
    expect(found.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
      ['2024-01-01T14:00', '2024-01-08T20:00'],
    ]);
    expect(describeStale(found[0]!)).toBe('X_1d.csv has no bars before 2024-01-08');
  });

  test('with a gap: it is current again when the next bar has closed', () => {
    const found = findStaleStretches(bars('1h', base), bars('1d', [...days.slice(0, 5), ...days.slice(9)]));
    expect(found.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
      ['2024-01-09T14:00', '2024-01-12T20:00'],
    ]);
    expect(describeStale(found[0]!)).toBe('X_1d.csv has no bars between 2024-01-05 and 2024-01-12');
  });

  test('that ends before the base file begins', () => {
    const found = findStaleStretches(bars('1h', base), bars('1d', [Date.parse('2023-06-01')]));
    expect(found.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
      ['2024-01-03T14:00', '2024-02-09T20:00'],
    ]);
  });

  test('finer bars than the base', () => {
    const found = findStaleStretches(bars('1d', days), bars('1h', base.slice(0, 7 * 10)));
    expect(found.map(({ from }) => iso(from))).toEqual(['2024-01-16T00:00']);
  });
});

describe('for any bars', () => {
  const times = fc
    .uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 80 })
    .map((halfHours) => halfHours.toSorted((a, b) => a - b).map((at) => (at * HOUR_MS) / 2));
  const timeframe = fc.constantFrom(...TIMEFRAMES);

  test('stretches ascend, do not overlap, and begin and end at base bars', () => {
    fc.assert(
      fc.property(timeframe, times, timeframe, times, (one, baseTimes, two, otherTimes) => {
        const base = bars(one, baseTimes);
        let before = -Infinity;
        for (const { from, to } of findStaleStretches(base, bars(two, otherTimes))) {
          expect(from).toBeGreaterThan(before);
          expect(to).toBeGreaterThanOrEqual(from);
          expect(base.time).toContain(from);
          expect(base.time).toContain(to);
          before = to;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a stale bar does not depend on base bars that open after its close', () => {
    fc.assert(
      fc.property(timeframe, times, timeframe, times, fc.nat(), (one, baseTimes, two, otherTimes, cut) => {
        const kept = baseTimes.slice(0, 1 + (cut % baseTimes.length));
        const nextOpen = baseTimes[kept.length] ?? Infinity;
        const closed = kept.filter((time) => time + TIMEFRAME_MS[one] <= nextOpen);
        const stale = (all: readonly number[]): number[] => {
          const stretches = findStaleStretches(bars(one, all), bars(two, otherTimes));
          return closed.filter((time) =>
            stretches.some(({ from, to, previous }) => previous !== null && from <= time && time <= to),
          );
        };
        expect(stale(kept)).toEqual(stale(baseTimes));
      }),
      { numRuns: 1000 },
    );
  });

  test('a bar of the other file that has closed within the last period is current', () => {
    fc.assert(
      fc.property(timeframe, times, timeframe, times, (one, baseTimes, two, otherTimes) => {
        const period = Math.max(TIMEFRAME_MS[one], TIMEFRAME_MS[two]);
        const stretches = findStaleStretches(bars(one, baseTimes), bars(two, otherTimes));
        for (const time of baseTimes) {
          const close = time + TIMEFRAME_MS[one];
          const age = (at: number): number => close - (at + TIMEFRAME_MS[two]);
          if (!otherTimes.some((at) => age(at) >= 0 && age(at) < period)) continue;
          expect(stretches.some(({ from, to }) => from <= time && time <= to)).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
