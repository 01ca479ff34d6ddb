import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { resolveLocalTimes } from './local-times.js';
import { groupRows, orderRows } from './row-order.js';
import { TimeZone } from '@ktrdr/market-data';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A zone and a moment near a change of its clocks. */
const CHANGES: readonly [string, number][] = [
  ['America/Chicago', Date.UTC(2019, 10, 3, 7)],
  ['America/New_York', Date.UTC(2024, 2, 10, 7)],
  ['Europe/Berlin', Date.UTC(2021, 9, 31, 1)],
  ['Europe/London', Date.UTC(1968, 9, 27, 0)],
  ['Australia/Lord_Howe', Date.UTC(2023, 3, 1, 15)],
  ['Australia/Sydney', Date.UTC(2022, 9, 1, 16)],
  ['Africa/Casablanca', Date.UTC(2023, 2, 19, 2)],
  ['Pacific/Apia', Date.UTC(2011, 11, 30, 10)],
  ['America/Caracas', Date.UTC(2007, 11, 9, 7)],
  ['Asia/Tokyo', Date.UTC(2024, 0, 1)],
];

/** Local times of instants in a zone, as `times` of a file. */
function localTimes(zone: TimeZone, instants: readonly number[]): Float64Array {
  return Float64Array.from(instants, (instant) => instant + zone.offsetAt(instant));
}

function resolve(
  zone: TimeZone,
  instants: readonly number[],
  { barMs, symbols }: { barMs: number; symbols?: number[] },
) {
  const times = localTimes(zone, instants);
  const order = orderRows(times, groupRows(times.length, symbols));
  const problems = resolveLocalTimes(times, order, { zoneOf: () => zone, lineOf: (row) => row + 2, barMs });
  return { times: [...times], problems };
}

const CASES = fc.record({
  change: fc.constantFrom(...CHANGES),
  barMs: fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS),
  before: fc.integer({ min: 0, max: 30 }),
  after: fc.integer({ min: 0, max: 30 }),
});

/** Bars from some hours before a change of the clocks to some hours after it. */
function around({
  change: [, at],
  barMs,
  before,
  after,
}: {
  change: readonly [string, number];
  barMs: number;
  before: number;
  after: number;
}): number[] {
  const instants: number[] = [];
  for (let time = at - DAY_MS / 4 - before * barMs; time < at + DAY_MS / 4 + after * barMs; time += barMs)
    instants.push(time);
  return instants;
}

describe('bars around a daylight-saving change', () => {
  test('without gaps, every bar finds its instant: oldest first, newest first, several symbols in blocks or mixed', () => {
    fc.assert(
      fc.property(CASES, fc.constantFrom('oldest', 'newest', 'blocks', 'mixed'), (one, layout) => {
        const zone = TimeZone.of(one.change[0])!;
        const oldest = around(one);
        const instants =
          layout === 'newest'
            ? [...oldest].reverse()
            : layout === 'blocks'
              ? [...oldest, ...oldest]
              : layout === 'mixed'
                ? oldest.flatMap((time) => [time, time])
                : oldest;
        const symbols =
          layout === 'blocks'
            ? instants.map((_, row) => (row < oldest.length ? 0 : 1))
            : layout === 'mixed'
              ? instants.map((_, row) => row % 2)
              : undefined;
        const found = resolve(zone, instants, symbols === undefined ? one : { ...one, symbols });
        expect(found).toEqual({ times: instants, problems: [] });
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('with gaps, a bar finds its instant or is named: never another instant', () => {
    fc.assert(
      fc.property(CASES, fc.infiniteStream(fc.boolean()), fc.boolean(), (one, kept, newest) => {
        const zone = TimeZone.of(one.change[0])!;
        const instants = around(one).filter(() => kept.next().value === true);
        if (newest) instants.reverse();
        const { times, problems } = resolve(zone, instants, one);
        const named = new Set(problems.map(({ row }) => row));
        for (const [row, time] of times.entries())
          expect(named.has(row) ? instants[row] : time).toBe(instants[row]);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('rows that are not in order of time do not show the first and the second hour', () => {
    const zone = TimeZone.of('America/New_York')!;
    const instants = [5, 6, 7, 1, 2, 3, 4].map((hours) => Date.UTC(2019, 10, 3) + hours * HOUR_MS);
    const { times, problems } = resolve(zone, instants, { barMs: HOUR_MS });
    expect(times).toEqual(instants.map((time, row) => (row < 2 ? NaN : time)));
    expect(problems.map(({ row, problem }) => [row, problem])).toEqual(
      [0, 1].map((row) => [row, expect.stringContaining('the rows of this hour are not in order of time')]),
    );
  });

  test('a bar of four hours in the doubled hour is placed by its neighbours', () => {
    const zone = TimeZone.of('America/New_York')!;
    const instants = [-8, -4, 0, 4, 8].map((hours) => Date.UTC(2019, 10, 3, 5) + hours * HOUR_MS);
    expect(resolve(zone, instants, { barMs: 4 * HOUR_MS })).toEqual({ times: instants, problems: [] });
  });

  test('an hour without its partner, and an hour that does not exist, are named', () => {
    const zone = TimeZone.of('America/Chicago')!;
    const hours = (day: number, all: number[]): Float64Array =>
      Float64Array.from(all, (hour) => day + hour * HOUR_MS);
    const problemsOf = (times: Float64Array): string[] =>
      resolveLocalTimes(times, orderRows(times, groupRows(times.length, undefined)), {
        zoneOf: () => zone,
        lineOf: (row) => row + 2,
        barMs: HOUR_MS,
      }).map(({ row, problem }) => `${row}: ${problem}`);
    expect(problemsOf(hours(Date.UTC(2019, 10, 3), [0, 1, 2, 3]))).toEqual([
      '1: 01:00 on 2019-11-03 happens twice in America/Chicago: the clocks go back from 02:00 to 01:00; only line 3 is in this hour, so the file does not say which of the two it is. The file may have another time zone. Correct the row, or leave bad rows out',
    ]);
    expect(problemsOf(hours(Date.UTC(2019, 10, 3), [1, 1.25, 1.5]))).toEqual(
      [0, 1, 2].map(() => expect.stringContaining('; only lines 2 to 4 are in this hour, so the file')),
    );
    expect(problemsOf(hours(Date.UTC(2019, 2, 10), [1, 2, 3]))).toEqual([
      '1: 02:00 on 2019-03-10 does not exist in America/Chicago: the clocks go from 02:00 to 03:00. The file may have another time zone. Correct the row, or leave bad rows out',
    ]);
  });
});
