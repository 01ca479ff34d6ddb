import { describe, expect, test } from '@jest/globals';
import type { Timeframe } from '@ktrdr/contracts';
import { readBars } from '@ktrdr/market-data';
import { REAL_BARS, realBars, requires } from '../../../tools/requirements.js';
import { barsPerYear } from './bars-per-year.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 8);

/** Hours from `start` for some days that the market trades. */
function hours(
  days: number,
  trades: (weekday: number, hour: number) => boolean,
  start = MONDAY,
): Float64Array {
  const all = Float64Array.from({ length: days * 24 }, (_, hour) => start + hour * HOUR_MS);
  return all.filter((time) => trades(new Date(time).getUTCDay(), new Date(time).getUTCHours()));
}

const stocks = (day: number, hour: number): boolean => day >= 1 && day <= 5 && hour >= 14 && hour <= 20;
const currencies = (day: number, hour: number): boolean =>
  day === 0 ? hour >= 22 : day === 5 ? hour < 22 : day !== 6;
const crypto = (): boolean => true;
const sundayToThursday = (day: number, hour: number): boolean => day <= 4 && hour >= 7 && hour <= 12;

/** Weeks of a year. */
const WEEKS = 365.2425 / 7;

describe('bars per year', () => {
  test.each([
    ['stocks', stocks, 7 * 5 * WEEKS],
    ['currencies', currencies, 24 * 5 * WEEKS],
    ['crypto', crypto, 24 * 7 * WEEKS],
    ['a market from Sunday to Thursday', sundayToThursday, 6 * 5 * WEEKS],
  ])('of %s come out of a week, a month, half a year and three years', (_, trades, expected) => {
    for (const days of [7, 12, 31, 100, 190, 3 * 365]) {
      for (const start of [MONDAY, MONDAY + 3 * DAY_MS, MONDAY + 4 * DAY_MS + 16 * HOUR_MS]) {
        const perYear = barsPerYear(hours(days, trades, start));
        expect(perYear / expected).toBeGreaterThan(0.98);
        expect(perYear / expected).toBeLessThan(1.02);
      }
    }
  });

  test.each([
    ['stocks, Tuesday to Thursday', hours(3, stocks, MONDAY + DAY_MS), 7 * 5 * WEEKS],
    ['stocks, one day', hours(1, stocks), 7 * 5 * WEEKS],
    ['stocks, Friday to Monday', hours(4, stocks, MONDAY + 4 * DAY_MS), 7 * 5 * WEEKS],
    ['currencies, Tuesday to Thursday', hours(3, currencies, MONDAY + DAY_MS), 24 * 5 * WEEKS],
    ['currencies, Thursday to Sunday', hours(4, currencies, MONDAY + 3 * DAY_MS), 24 * 5 * WEEKS],
    ['crypto, Thursday to Saturday', hours(3, crypto, MONDAY + 3 * DAY_MS), 24 * 7 * WEEKS],
    ['crypto, Wednesday to Friday', hours(3, crypto, MONDAY + 2 * DAY_MS), 24 * 7 * WEEKS],
    ['crypto, Sunday to Tuesday', hours(3, crypto, MONDAY + 6 * DAY_MS), 24 * 7 * WEEKS],
    ['crypto without a weekend, which looks like currencies', hours(3, crypto), 24 * 5 * WEEKS],
  ])('of a few days: %s', (_, time, expected) => {
    expect(barsPerYear(time)).toBeCloseTo(expected, 6);
  });

  test('of daily, weekly and monthly bars', () => {
    const weekdays = hours(9, (day, hour) => hour === 0 && day >= 1 && day <= 5);
    expect(barsPerYear(weekdays)).toBeCloseTo(5 * WEEKS, 6);
    const everyDay = hours(9, (_, hour) => hour === 0);
    expect(barsPerYear(everyDay)).toBeCloseTo(7 * WEEKS, 6);
    const weekly = Float64Array.from({ length: 5 }, (_, week) => MONDAY + week * 7 * DAY_MS);
    expect(barsPerYear(weekly)).toBeCloseTo(WEEKS, 6);
    const monthly = Float64Array.from({ length: 25 }, (_, month) => Date.UTC(2022, month, 1));
    expect(barsPerYear(monthly)).toBeCloseTo(12, 1);
  });

  test('of a single bar are a finite number', () => {
    expect(barsPerYear(Float64Array.of(MONDAY))).toBeCloseTo(5 * WEEKS, 6);
  });

  test('a holiday does not change the estimate from two weeks', () => {
    const holiday = MONDAY + 3 * DAY_MS;
    const time = hours(14, stocks).filter((at) => at < holiday || at >= holiday + DAY_MS);
    expect(barsPerYear(time)).toBeCloseTo(7 * 5 * WEEKS, 6);
  });
});

const real = requires(realBars());

real.describe('bars per year of real bars', () => {
  /** Bars divided by the years that they span, over all of the file. */
  test.each<[string, Timeframe, number]>([
    ['AAPL', '1h', 7 * 251],
    ['AAPL', '1d', 251.7],
    ['GOOG', '1d', 251.6],
    ['EURUSD', '1h', 24 * 258.5],
  ])('%s %s, of the file and of any 8 to 30 days of it', async (symbol, timeframe, expected) => {
    const { time } = await readBars({ dataDir: REAL_BARS, symbol, timeframe });
    expect(barsPerYear(time) / expected).toBeCloseTo(1, 2);
    for (const days of [8, 14, 30]) {
      for (let from = 0; time[from]! + days * DAY_MS < time.at(-1)!; from += 97) {
        const part = time.filter((at) => at >= time[from]! && at < time[from]! + days * DAY_MS);
        expect(Math.abs(barsPerYear(part) / expected - 1)).toBeLessThan(0.11);
      }
    }
  });
});
