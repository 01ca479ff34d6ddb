import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';

import { barsOfCloses } from '../test/random-bars.js';
import { onRealBars, readRealBars } from '../test/real-bars.js';
import { computeLabels } from './compute-labels.js';

const prices = fc.array(fc.integer({ min: 80, max: 125 }), { maxLength: 80 });
const horizons = fc.constantFrom(1, 3, 20);

function slowReturns(closes: readonly number[], horizon: number): number[] {
  return closes.map((close, t) => (closes[t + horizon]! - close) / close);
}

describe('forward returns', () => {
  const returns = (closes: readonly number[], horizon: number) =>
    computeLabels({ source: 'forward_return', horizon }, barsOfCloses(closes));

  test('are the relative move over the horizon; the last bars have none', () => {
    const { value, end } = returns([100, 110, 99, 121, 110], 2);
    expect([...value]).toEqual([-0.01, 0.1, expect.closeTo(1 / 9), Number.NaN, Number.NaN]);
    expect([...end]).toEqual([2, 3, 4, -1, -1]);
  });

  test('match the definition', () => {
    fc.assert(
      fc.property(prices, horizons, (closes, horizon) => {
        const { value, end } = returns(closes, horizon);
        expect([...value]).toEqual(slowReturns(closes, horizon));
        expect([...end]).toEqual(closes.map((_, t) => (t + horizon < closes.length ? t + horizon : -1)));
      }),
      { numRuns: propertyRuns() },
    );
  });

  onRealBars('are the definition on real bars', async () => {
    const closes = [...(await readRealBars('EURUSD', '1h')).close];
    expect([...returns(closes, 24).value]).toEqual(slowReturns(closes, 24));
  });
});

describe('context labels', () => {
  const context = (closes: readonly number[], horizon: number, bullish: number, bearish: number) =>
    computeLabels({ source: 'context', horizon, bullish, bearish }, barsOfCloses(closes));
  const slowContext = (closes: readonly number[], horizon: number, bullish: number, bearish: number) =>
    slowReturns(closes, horizon).map((move) => {
      if (Number.isNaN(move)) return -1;
      return move > bullish ? 0 : move < bearish ? 1 : 2;
    });

  test('give the direction of the next bars; a move of exactly the threshold is neutral', () => {
    const { classes, label, end } = context([100, 101, 100, 110, 104.5], 1, 0.01, -0.05);
    expect(classes).toEqual(['BULLISH', 'BEARISH', 'NEUTRAL']);
    expect([...label]).toEqual([2, 2, 0, 2, -1]);
    expect([...end]).toEqual([1, 2, 3, 4, -1]);
  });

  test('match the definition', () => {
    fc.assert(
      fc.property(prices, horizons, fc.constantFrom(0, 0.01, 0.1), (closes, horizon, threshold) => {
        const { label } = context(closes, horizon, threshold, -threshold / 2);
        expect([...label]).toEqual(slowContext(closes, horizon, threshold, -threshold / 2));
      }),
      { numRuns: propertyRuns() },
    );
  });

  onRealBars('are the definition on real bars', async () => {
    const closes = [...(await readRealBars('GOOG', '1d')).close];
    const label = [...context(closes, 5, 0.005, -0.005).label];
    expect(label).toEqual(slowContext(closes, 5, 0.005, -0.005));
    expect(new Set(label)).toEqual(new Set([0, 1, 2, -1]));
  });
});
