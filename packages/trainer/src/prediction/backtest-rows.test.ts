import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { windowOf } from '../data/data-settings.js';
import {
  barsOf,
  type BarsByTimeframe,
  HOUR,
  LATER,
  MODELS,
  START,
  strategyOf,
  TRAINING_START,
} from '../testing/two-timeframes.js';
import { type BacktestRowsRequest, backtestRows } from './backtest-rows.js';
import { predictionRows } from './prediction-rows.js';

const strategy = strategyOf(MODELS.lstm);

function rowsOf(bars: BarsByTimeframe, request: Partial<BacktestRowsRequest>) {
  const found = backtestRows({
    strategy,
    bars: { symbol: 'AAA', bars },
    range: { start: START },
    now: LATER,
    trainingStart: TRAINING_START,
    ...request,
  });
  return { ...found, features: found.input.part(0, found.input.rows) };
}

/** The bar that opens this many hours after the first. */
const at = (hours: number): number => START + hours * HOUR;

describe('the rows of a backtest', () => {
  test('are those of predictions of the same bars, bit for bit, in any parts', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 150, max: 280 }),
        fc.integer({ min: 5, max: 60 }),
        fc.constantFrom(null, TRAINING_START),
        (seed, first, length, trainingStart) => {
          const bars = barsOf(400, seed);
          const [start, end] = [at(first), at(first + length - 1)];
          const { input, features, ...found } = rowsOf(bars, { range: { start, end }, trainingStart });
          const predicted = predictionRows({
            strategy,
            bars: { symbol: 'AAA', bars },
            last: length,
            end,
            now: LATER,
            trainingStart,
          });
          expect(found.bars.time).toEqual(predicted.time);
          expect(found.rows).toEqual(predicted.rows);
          expect(features).toEqual(predicted.features);
          expect(input.width).toBe(strategy.features.length * windowOf(strategy));
          const middle = Math.floor(input.rows / 2);
          expect([...input.part(0, middle), ...input.part(middle, input.rows)]).toEqual([...features]);
        },
      ),
      { numRuns: propertyRuns() },
    );
  });

  test('are missing where indicators warm up, and where another timeframe ends early', () => {
    const bars = barsOf(400);
    const early = rowsOf(bars, { range: { start: START, end: at(199) }, trainingStart: null });
    expect(early.bars.length).toBe(200);
    expect(early.rows[0]).toBeGreaterThan(20);
    expect(early.rows.at(-1)).toBe(199);

    const stale = new Map(bars).set('4h', barsOf(300).get('4h')!);
    const found = rowsOf(stale, { range: { start: at(250) } });
    expect(found.bars.length).toBe(150);
    expect(found.rows.at(-1)).toBeLessThan(60);
    expect(found.stale).toMatchObject([{ file: 'AAA_4h.csv', to: at(399) }]);
    expect(() => rowsOf(stale, { range: { start: at(350) } })).toThrow(
      expect.objectContaining({
        code: 'not_enough_bars',
        message: expect.stringMatching(
          /No requested bar has 4h features: AAA_4h\.csv has no bars after .* to AAA_4h\.csv\.$/,
        ),
      }),
    );
  });

  test('end with the last bar that has closed', () => {
    const bars = barsOf(400);
    const { time } = rowsOf(bars, { range: { start: at(200) }, now: at(300.5) }).bars;
    expect([time[0], time.at(-1)]).toEqual([at(200), at(299)]);
  });

  test('without bars or without features are refused', () => {
    const bars = barsOf(400);
    const refused = (request: Partial<BacktestRowsRequest>): unknown => {
      try {
        return rowsOf(bars, request);
      } catch (error) {
        return error;
      }
    };
    expect(refused({ range: { start: at(500) } })).toMatchObject({
      code: 'no_bars_in_range',
      message: expect.stringMatching(/no 1h bars of AAA from 2024-01-21T20:00:00Z: AAA_1h\.csv has 400 bars/),
    });
    expect(refused({ range: { start: START, end: at(9) }, trainingStart: null })).toMatchObject({
      code: 'not_enough_bars',
      message: expect.stringMatching(/^None of the 10 1h bars of AAA .* need \d+ bars.*AAA_1h\.csv\.$/),
    });
  });

  test('with a price at or below 0 are refused with its line, and such prices before the range are not', () => {
    const bars = barsOf(400);
    bars.get('1h')!.low[300] = -1;
    const sunk = (start: number): unknown => {
      try {
        return rowsOf(bars, { range: { start: at(start) } }).bars.length;
      } catch (error) {
        return error;
      }
    };
    expect(sunk(250)).toMatchObject({
      code: 'bars_invalid',
      message: expect.stringMatching(
        /^AAA_1h\.csv:302: low -1 .* must be above 0, because a backtest computes returns, .* prices\. Choose dates/,
      ),
    });
    expect(sunk(301)).toBe(99);
  });
});
