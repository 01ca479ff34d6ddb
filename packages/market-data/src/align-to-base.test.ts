import { describe, expect, test } from '@jest/globals';
import { TIMEFRAMES, TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import fc from 'fast-check';
import { alignToBase } from './align-to-base.js';
import type { Bars } from './bars.js';

const HOUR_MS = 3_600_000;

function bars(timeframe: Timeframe, times: number[]): Bars {
  const time = Float64Array.from(times);
  const column = new Float64Array(times.length);
  return {
    symbol: 'AAPL',
    timeframe,
    time,
    open: column,
    high: column,
    low: column,
    close: column,
    volume: column,
    length: times.length,
    synthetic: false,
    file: `AAPL_${timeframe}.csv`,
  };
}

/** A direct implementation: the last bar whose close is at or before the base bar's close. */
function slowAlign(base: Bars, other: Bars): number[] {
  return [...base.time].map((open) => {
    const decided = open + TIMEFRAME_MS[base.timeframe];
    const closed = [...other.time].filter((at) => at + TIMEFRAME_MS[other.timeframe] <= decided);
    return closed.length - 1;
  });
}

describe('alignToBase', () => {
  test('matches a direct implementation, with gaps and bars off the grid', () => {
    const times = fc
      .uniqueArray(fc.integer({ min: 0, max: 40 * 24 * 2 }), { maxLength: 60 })
      .map((halfHours) => halfHours.sort((a, b) => a - b).map((at) => (at * HOUR_MS) / 2));
    const timeframe = fc.constantFrom(...TIMEFRAMES);
    fc.assert(
      fc.property(
        timeframe,
        times,
        timeframe,
        times,
        (baseTimeframe, baseTimes, otherTimeframe, otherTimes) => {
          const base = bars(baseTimeframe, baseTimes);
          const other = bars(otherTimeframe, otherTimes);
          expect([...alignToBase(base, other)]).toEqual(slowAlign(base, other));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('a daily bar becomes visible at the next midnight', () => {
    const hours = ['2024-01-02T00', '2024-01-02T22', '2024-01-02T23', '2024-01-03T00', '2024-01-08T14'];
    const base = bars(
      '1h',
      hours.map((text) => Date.parse(`${text}:00:00Z`)),
    );
    const daily = bars(
      '1d',
      ['2024-01-01', '2024-01-02', '2024-01-05', '2024-01-08'].map((text) => Date.parse(text)),
    );
    // The 23:00 bar closes at midnight, together with its own day.
    expect([...alignToBase(base, daily)]).toEqual([0, 0, 1, 1, 2]);
  });

  test('aligned with itself, a timeframe maps each bar to itself', () => {
    const base = bars(
      '1h',
      [0, 1, 5, 9].map((hour) => hour * HOUR_MS),
    );
    expect([...alignToBase(base, base)]).toEqual([0, 1, 2, 3]);
  });

  test('is -1 while no bar has closed', () => {
    const base = bars('1h', [0, HOUR_MS]);
    expect([...alignToBase(base, bars('1d', [0]))]).toEqual([-1, -1]);
    expect([...alignToBase(base, bars('1d', []))]).toEqual([-1, -1]);
  });
});
