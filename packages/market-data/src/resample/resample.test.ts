import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { REAL_BARS, realBars, requires } from '../../../../tools/requirements.js';
import { type Bars, sliceBars } from '../bars.js';
import { readBars } from '../read-bars.js';
import { barsFileHead } from '../store/bars-file-writer.js';
import { BarsText } from '../store/bars-text.js';
import type { ParsedBars } from '../store/parsed-bars.js';
import { resample } from './resample.js';
import { sessionsOf } from './sessions.js';

type Row = [time: number, open: number, high: number, low: number, close: number, volume: number];

interface Fixture {
  pandas: string;
  real: {
    symbol: string;
    to: Timeframe;
    zone: string | null;
    rows: number;
    all: string;
    without_last: string;
  }[];
  markets: {
    name: string;
    zone: string;
    minutes: number;
    bars: Row[];
    resampled: Record<'4h' | '1d' | '1w', string[]>;
  }[];
}

/** Made by make-resampled.py. */
const PANDAS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/fixtures/resampled.json'), 'utf8'),
) as Fixture;

function barsOf(rows: readonly Row[], timeframe: Timeframe): Bars {
  const column = (index: number): Float64Array => Float64Array.from(rows, (row) => row[index]!);
  return {
    symbol: 'X',
    timeframe,
    synthetic: false,
    file: `X_${timeframe}.csv`,
    length: rows.length,
    time: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}

function linesOf(bars: ParsedBars): string[] {
  const text = new BarsText(bars.timeframe, 200 * bars.length);
  const { time, open, high, low, close, volume } = bars;
  for (let row = 0; row < bars.length; row++) {
    text.add(time[row]!, open[row]!, high[row]!, low[row]!, close[row]!, volume[row]!);
  }
  return text.take().toString().split('\n').slice(0, -1);
}

function rowsOf({ time, open, high, low, close, volume, length }: ParsedBars): Row[] {
  return Array.from({ length }, (_, at) => [
    time[at]!,
    open[at]!,
    high[at]!,
    low[at]!,
    close[at]!,
    volume[at]!,
  ]);
}

describe('pandas makes the same bars', () => {
  test.each(
    PANDAS.markets.flatMap((market) =>
      (['4h', '1d', '1w'] as const).map((to) => [market.name, to, market] as const),
    ),
  )('of a market in %s: %s', (_, to, { bars, zone, minutes, resampled }) => {
    const made = resample(barsOf(bars, minutes === 60 ? '1h' : '30m'), to, zone);
    expect(linesOf(made.bars)).toEqual(resampled[to]);
    expect(made.leftOut).toBe(0);
  });

  const { test: withRealBars } = requires(realBars());
  withRealBars.each(PANDAS.real.map((one) => [one.symbol, one.to, one.zone, one] as const))(
    'of %s 1h: %s, zone %s',
    async (symbol, to, zone, { rows, all, without_last }) => {
      const bars = await readBars({ dataDir: REAL_BARS, symbol, timeframe: '1h' });
      const made = resample(bars, to, zone ?? undefined);
      // AAPL ends with a session on a Wednesday, EURUSD on a Wednesday at 16:00
      const leftOut = to === '1w' || (symbol === 'EURUSD' && to === '1d') ? 1 : 0;
      expect([made.bars.length, made.leftOut]).toEqual([rows - leftOut, leftOut]);
      const text = `${barsFileHead([]).toString()}${linesOf(made.bars).join('\n')}\n`;
      expect(createHash('sha256').update(text).digest('hex')).toBe(leftOut === 1 ? without_last : all);
    },
  );
});

/** Bars with gaps, on the grid of their timeframe. */
const randomBars = (timeframe: Timeframe): fc.Arbitrary<Bars> =>
  fc
    .array(
      fc.record({
        skip: fc.oneof({ arbitrary: fc.constant(1), weight: 8 }, fc.integer({ min: 1, max: 900 })),
        prices: fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 4, maxLength: 4 }),
        volume: fc.nat(1_000),
      }),
      { minLength: 1, maxLength: 300 },
    )
    .map((steps) => {
      let time = Date.parse('2024-03-08T20:00:00Z');
      return barsOf(
        steps.map(({ skip, prices, volume }) => {
          time += skip * TIMEFRAME_MS[timeframe];
          return [time, prices[0]!, Math.max(...prices), Math.min(...prices), prices[1]!, volume];
        }),
        timeframe,
      );
    });

describe('any bars', () => {
  test('1m to 5m to 1h is 1m to 1h', () => {
    fc.assert(
      fc.property(randomBars('1m'), (bars) => {
        const direct = resample(bars, '1h').bars;
        const five = resample(bars, '5m').bars;
        const steps =
          five.length === 0 ? [] : rowsOf(resample({ ...bars, ...five, synthetic: false }, '1h').bars);
        // a step can lack the last bar: an incomplete one was left out on the way
        expect(rowsOf(direct).slice(0, steps.length)).toEqual(steps);
        expect(direct.length - steps.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('a bar is made of all bars of its time and knows nothing later', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom<Timeframe>('1m', '30m', '1h')
          .chain((from) => fc.tuple(fc.constant(from), randomBars(from))),
        fc.constantFrom<Timeframe>('4h', '1d', '1w'),
        fc.constantFrom('UTC', 'America/New_York', 'Australia/Sydney', 'Asia/Kolkata', '-05:00'),
        ([from, bars], to, zone) => {
          // an hourly bar in UTC crosses midnight in Kolkata
          fc.pre(from !== '1h' || zone !== 'Asia/Kolkata');
          const sessions = sessionsOf(bars, zone);
          const keyOf = (time: number): number =>
            to === '4h'
              ? Math.floor(time / TIMEFRAME_MS['4h'])
              : to === '1d'
                ? sessions.dayOf(time)
                : Math.floor((sessions.dayOf(time) + 3) / 7);
          const groups = new Map<number, Row[]>();
          for (const row of rowsOf(bars)) {
            groups.set(keyOf(row[0]), [...(groups.get(keyOf(row[0])) ?? []), row]);
          }
          const expected = [...groups.values()].map((own) => ({
            open: own[0]![1],
            high: Math.max(...own.map((row) => row[2])),
            low: Math.min(...own.map((row) => row[3])),
            close: own.at(-1)![4],
            volume: own.reduce((sum, row) => sum + row[5], 0),
            end: own.at(-1)![0] + TIMEFRAME_MS[from],
          }));
          const made = resample(bars, to, zone);
          const found = rowsOf(made.bars);
          expect(found.length + made.leftOut).toBe(expected.length);
          for (const [row, [time, open, high, low, close, volume]] of found.entries()) {
            const { end, ...values } = expected[row]!;
            expect({ open, high, low, close, volume }).toEqual(values);
            expect(end).toBeLessThanOrEqual(time + TIMEFRAME_MS[to]);
          }
        },
      ),
      { numRuns: propertyRuns() },
    );
  });
});

describe('the last bar', () => {
  const market = PANDAS.markets[0]!;
  const bars = barsOf(market.bars, '30m');
  const until = (length: number): Bars => ({ ...bars, ...sliceBars(bars, 0, length) });

  test.each([
    ['4h', 130, 0],
    ['4h', 129, 1],
    ['1d', 130, 0],
    ['1d', 129, 1],
    ['1w', 130, 0],
    ['1w', 117, 1],
    ['1w', 129, 1],
  ] as const)('%s after %d of 130 bars: %d left out', (to, length, leftOut) => {
    expect(resample(until(length), to, market.zone).leftOut).toBe(leftOut);
  });

  test('is left out after a change of summer time if no zone is given, as the market may still be open', () => {
    expect(resample(bars, '1d').leftOut).toBe(1);
    expect(resample(bars, '1d').bars.length).toBe(9);
  });
});

describe('bars that cannot be resampled', () => {
  const [newYork, sydney] = PANDAS.markets as [Fixture['markets'][0], Fixture['markets'][0]];

  test('to a timeframe that is not coarser', () => {
    expect(() => resample(barsOf(newYork.bars, '30m'), '30m')).toThrow(
      '30m bars cannot be resampled to 30m: choose a timeframe that is coarser than 30m.',
    );
  });

  test('with an unknown zone', () => {
    expect(() => resample(barsOf(newYork.bars, '30m'), '1d', 'New York')).toThrow(
      '"New York" is not a time zone: write a name such as America/New_York, UTC, or an offset such as -05:00.',
    );
  });

  test('to days without a zone, if the market trades over midnight', () => {
    expect(() => resample(barsOf(sydney.bars, '30m'), '1d')).toThrow(
      'The days of X_30m.csv are not certain without a time zone: the market trades past 00:00 UTC and pauses later. ' +
        'Set timezone (--timezone) to the zone of its exchange, for example Australia/Sydney.',
    );
  });

  test('because hourly bars in UTC cross midnight of the zone', () => {
    const rows = [17, 18].map((hour): Row => [Date.UTC(2024, 3, 4, hour), 1, 1, 1, 1, 1]);
    expect(() => resample(barsOf(rows, '1h'), '1d', 'Asia/Kolkata')).toThrow(
      'X_1h.csv:3: the bar of 2024-04-04T18:00:00Z crosses the end of its coarser bar (2024-04-04T18:30:00Z). ',
    );
  });

  test('because a bar reaches into the next one', () => {
    const rows = newYork.bars.slice(0, 8);
    rows.splice(2, 2, [rows[2]![0] + 900_000, 1, 1, 1, 1, 1]);
    expect(() => resample(barsOf(rows, '30m'), '4h')).toThrow(
      'X_30m.csv:4: the bar of 2024-03-04T15:45:00Z crosses the end of its coarser bar (2024-03-04T16:00:00Z). ' +
        'Correct or remove it, or choose another time zone.',
    );
  });
});
