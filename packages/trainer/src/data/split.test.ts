import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import type { SplitSettings } from '@ktrdr/strategy';
import { cutMoments, type RowTimes, type Split, splitRows, splitShares } from './split.js';

const HOUR = 3_600_000;

/** Cut where the shares of all rows are reached. */
function split(symbols: readonly RowTimes[], of: SplitSettings, embargo?: number): Split {
  const cuts = cutMoments(
    symbols.map(({ time }) => time),
    of,
  );
  return splitRows(symbols, cuts, embargo);
}

/** Rows at ascending hours, whose labels end up to 40 hours later and whose windows begin up to 20 hours before; some bars between have no label. */
const rowTimes = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 20 }),
      fc.boolean(),
    ),
    {
      minLength: 1,
      maxLength: 300,
    },
  )
  .map((steps): RowTimes => {
    let hour = 0;
    const candidates: number[] = [];
    const rows: { time: number; labelEnd: number; windowStart: number }[] = [];
    for (const [step, ahead, back, isLabelled] of steps) {
      hour += step;
      candidates.push(hour * HOUR);
      // one at least
      if (!isLabelled && rows.length > 0) continue;
      rows.push({ time: hour * HOUR, labelEnd: (hour + ahead) * HOUR, windowStart: (hour - back) * HOUR });
    }
    return {
      time: Float64Array.from(rows, ({ time }) => time),
      labelEnd: Float64Array.from(rows, ({ labelEnd }) => labelEnd),
      windowStart: Float64Array.from(rows, ({ windowStart }) => windowStart),
      candidates: Float64Array.from(candidates),
    };
  });

const shares = fc
  .tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 50 }))
  .filter(([train, validation]) => train + validation < 100)
  .map(([train, validation]) => ({
    train: train / 100,
    validation: validation / 100,
    test: (100 - train - validation) / 100,
  }));

const anySplit = fc.record({
  symbols: fc.array(rowTimes, { minLength: 1, maxLength: 4 }),
  shares,
  embargo: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
});

describe('splitRows', () => {
  test('no label reaches the next part of any symbol, and no window the previous part', () => {
    fc.assert(
      fc.property(anySplit, ({ symbols, shares: of, embargo }) => {
        const { parts, validationStart, testStart } = split(symbols, of, embargo);
        parts.forEach(({ train, validation, test: last }, symbol) => {
          const { time, labelEnd, windowStart } = symbols[symbol]!;
          for (const row of train) expect(labelEnd[row]).toBeLessThan(validationStart);
          for (const row of validation) {
            expect(time[row]).toBeGreaterThanOrEqual(validationStart);
            expect(windowStart[row]).toBeGreaterThanOrEqual(validationStart);
            expect(labelEnd[row]).toBeLessThan(testStart);
          }
          for (const row of last) {
            expect(time[row]).toBeGreaterThanOrEqual(testStart);
            expect(windowStart[row]).toBeGreaterThanOrEqual(testStart);
          }
        });
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('parts are in order of time, and a row is in at most one part', () => {
    fc.assert(
      fc.property(anySplit, ({ symbols, shares: of, embargo }) => {
        for (const { train, validation, test: last } of split(symbols, of, embargo).parts) {
          const rows = [...train, ...validation, ...last];
          expect(rows).toEqual([...new Set(rows)].toSorted((a, b) => a - b));
        }
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('only rows whose label or window crosses a cut and rows in the embargo are dropped', () => {
    fc.assert(
      fc.property(anySplit, ({ symbols, shares: of, embargo }) => {
        const { parts, validationStart, testStart, purged } = split(symbols, of, embargo);
        let lost = 0;
        symbols.forEach(({ time, labelEnd, windowStart, candidates }, symbol) => {
          const { train, validation, test: last } = parts[symbol]!;
          const kept = new Set([...train, ...validation, ...last]);
          const gap = embargo ?? Math.floor(candidates.length * 0.01);
          time.forEach((moment, row) => {
            if (kept.has(row)) return;
            lost += 1;
            const [start, cut] = [
              [-Infinity, validationStart],
              [validationStart, testStart],
              [testStart, Infinity],
            ].find(([, end]) => moment < end!) as [number, number];
            const ahead = candidates.filter((candidate) => candidate >= moment && candidate < cut);
            const isEmbargo = moment < testStart && ahead.length <= gap;
            expect(windowStart[row]! < start || labelEnd[row]! >= cut || isEmbargo).toBe(true);
          });
        });
        expect(purged).toBe(lost);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('the cuts of one symbol without look-ahead are at the shares of its rows', () => {
    const time = Float64Array.from({ length: 100 }, (_, row) => row * HOUR);
    const { parts } = split(
      [{ time, labelEnd: time, windowStart: time, candidates: time }],
      { train: 0.7, validation: 0.15, test: 0.15 },
      0,
    );
    expect([parts[0]!.train.length, parts[0]!.validation.length, parts[0]!.test.length]).toEqual([
      70, 15, 15,
    ]);
  });

  test('the embargo is 1 % of the rows unless it is set', () => {
    const time = Float64Array.from({ length: 1000 }, (_, row) => row * HOUR);
    const of = { train: 0.7, validation: 0.15, test: 0.15 };
    expect(split([{ time, labelEnd: time, windowStart: time, candidates: time }], of).purged).toBe(20);
    expect(split([{ time, labelEnd: time, windowStart: time, candidates: time }], of, 3).purged).toBe(6);
  });

  test('a row whose label ends exactly at the first validation row is dropped', () => {
    const time = Float64Array.from({ length: 10 }, (_, row) => row);
    const labelEnd = time.map((moment) => moment + 1);
    const { parts } = split(
      [{ time, labelEnd, windowStart: time, candidates: time }],
      { train: 0.5, validation: 0.3, test: 0.2 },
      0,
    );
    expect([...parts[0]!.train]).toEqual([0, 1, 2, 3]);
    expect([...parts[0]!.validation]).toEqual([5, 6]);
    expect([...parts[0]!.test]).toEqual([8, 9]);
  });

  test('a row whose window begins exactly at the first validation row stays; an earlier window is dropped', () => {
    const time = Float64Array.from({ length: 12 }, (_, row) => row);
    const windowStart = time.map((moment) => (moment < 2 ? -Infinity : moment - 2));
    const { parts, purged } = split(
      [{ time, labelEnd: time, windowStart, candidates: time }],
      { train: 0.5, validation: 0.25, test: 0.25 },
      0,
    );
    expect([...parts[0]!.train]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...parts[0]!.validation]).toEqual([8]);
    expect([...parts[0]!.test]).toEqual([11]);
    expect(purged).toBe(4);
  });

  test('a symbol with a late start has the same cuts as the others', () => {
    const early = Float64Array.from({ length: 100 }, (_, row) => row);
    const late = Float64Array.from({ length: 20 }, (_, row) => 80 + row);
    const symbols = [early, late].map((time) => ({
      time,
      labelEnd: time,
      windowStart: time,
      candidates: time,
    }));
    const { parts, validationStart } = split(symbols, { train: 0.5, validation: 0.25, test: 0.25 }, 0);
    expect(validationStart).toBe(60);
    expect(parts[1]!.train.length).toBe(0);
    expect(parts[1]!.validation.length + parts[1]!.test.length).toBe(20);
  });
});

describe('splitShares', () => {
  test('a validation split keeps the test part and divides the other rows', () => {
    const divided = splitShares({ train: 0.7, validation: 0.15, test: 0.15 }, 0.2);
    expect(divided.test).toBe(0.15);
    expect(divided.validation).toBeCloseTo(0.17);
    expect(divided.train).toBeCloseTo(0.68);
  });

  test("without a validation split, the strategy's shares apply", () => {
    const settings = { train: 0.7, validation: 0.2, test: 0.1 };
    expect(splitShares(settings, undefined)).toBe(settings);
  });
});
