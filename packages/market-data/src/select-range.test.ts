import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import fc from 'fast-check';
import type { Bars } from './bars.js';
import { parseDateRange } from './date-range.js';
import { describeBars, selectRange } from './select-range.js';

function barsAt(times: number[]): Bars {
  const column = (scale: number) => Float64Array.from(times, (_, row) => scale * 1000 + row);
  return {
    symbol: 'AAPL',
    timeframe: '1h',
    time: Float64Array.from(times),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
    length: times.length,
    synthetic: false,
    file: 'AAPL_1h.csv',
  };
}

const days = barsAt(
  ['2024-01-02', '2024-01-03', '2024-01-04T14:00:00Z', '2024-01-05'].map((text) => Date.parse(text)),
);

describe('selectRange', () => {
  test('includes as much history as is available', () => {
    const range = parseDateRange('2024-01-04', '2024-01-04');
    const one = selectRange(days, { ...range, history: 1 });
    expect(one.firstRow).toBe(1);
    expect([...one.bars.close]).toEqual([4001, 4002]);
    expect(selectRange(days, { ...range, history: 50 }).firstRow).toBe(2);
    expect(selectRange(days, { ...range, history: 0 }).firstRow).toBe(0);
  });

  test('selects all bars without dates', () => {
    expect(selectRange(days, { history: 10 })).toEqual({ bars: days, firstRow: 0 });
  });

  test('matches a slow filter', () => {
    const time = fc.integer({ min: 0, max: 100 });
    const input = fc.tuple(
      fc.uniqueArray(time, { maxLength: 40 }),
      fc.option(time),
      fc.option(time),
      fc.nat(10),
    );
    fc.assert(
      fc.property(input, ([drawn, start, end, history]) => {
        const times = drawn.sort((a, b) => a - b);
        const inside = times.filter((at) => at >= (start ?? -1) && at <= (end ?? 101));
        const before =
          start === null
            ? []
            : times.filter((at) => at < start).slice(history === 0 ? times.length : -history);
        const select = () =>
          selectRange(barsAt(times), { start: start ?? undefined, end: end ?? undefined, history });
        if (inside.length === 0) {
          expect(select).toThrow(KtrdrError);
          return;
        }
        const { bars, firstRow } = select();
        expect([...bars.time]).toEqual([...before, ...inside]);
        expect(firstRow).toBe(before.length);
        expect(bars.length).toBe(bars.time.length);
        for (const [row, at] of bars.time.entries()) expect(bars.volume[row]).toBe(5000 + times.indexOf(at));
      }),
      { numRuns: 500 },
    );
  });

  test('rejects an empty range and names the available one', () => {
    const range = parseDateRange('2025-01-01', '2025-02-01');
    expect(() => selectRange(days, { ...range, history: 5 })).toThrow(
      expect.objectContaining({
        code: 'no_bars_in_range',
        message:
          'There are no 1h bars of AAPL from 2025-01-01 to 2025-02-01: AAPL_1h.csv has 4 bars from 2024-01-02 to 2024-01-05. Choose dates inside that range.',
        details: {
          symbol: 'AAPL',
          timeframe: '1h',
          file: 'AAPL_1h.csv',
          available: { rows: 4, first: '2024-01-02', last: '2024-01-05' },
        },
      }),
    );
    expect(() => selectRange(days, { end: Date.parse('2024-01-01T12:00:00Z'), history: 5 })).toThrow(
      /no 1h bars of AAPL to 2024-01-01T12:00:00Z: /,
    );
  });

  test('bars are described by their number, first and last', () => {
    expect(describeBars(barsAt(Array.from({ length: 1234 }, (_, hour) => hour * 3_600_000)))).toBe(
      '1,234 bars from 1970-01-01 to 1970-02-21T09:00:00Z',
    );
    expect(describeBars(barsAt([0]))).toBe('one bar at 1970-01-01');
    expect(describeBars(barsAt([]))).toBe('no bars');
  });
});
