import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';

import { barsOfCloses, firstBars } from '../test/random-bars.js';
import { onRealBars, readRealBars } from '../test/real-bars.js';
import { computeLabels } from './compute-labels.js';

const [BUY, HOLD, SELL, NONE] = [0, 1, 2, -1];

function points(closes: readonly number[], threshold: number, lookahead: number) {
  const { label, end } = computeLabels(
    { source: 'zigzag', method: 'points', threshold, lookahead },
    barsOfCloses(closes),
  );
  return { label: [...label], end: [...end] };
}

/** The definition, window by window. */
function slowPoints(closes: readonly number[], threshold: number, lookahead: number) {
  const label = closes.map((close, t) => {
    if (t + lookahead >= closes.length) return NONE!;
    const window = closes.slice(t + 1, t + lookahead + 1);
    const [highest, lowest] = [Math.max(...window), Math.min(...window)];
    const [gain, loss] = [highest / close - 1, 1 - lowest / close];
    if (gain >= threshold && gain > loss && window.indexOf(highest) + 1 >= 3) return BUY!;
    if (loss >= threshold && loss > gain && window.indexOf(lowest) + 1 >= 3) return SELL!;
    return HOLD!;
  });
  return { label, end: closes.map((_, t) => (t + lookahead < closes.length ? t + lookahead : -1)) };
}

describe('zigzag points', () => {
  test('follow the larger move of the next closes, if it takes 3 bars', () => {
    //              0    1    2    3    4   5   6   7   8
    const closes = [100, 101, 102, 106, 99, 90, 95, 94, 96];
    const { label, end } = points(closes, 0.05, 4);
    // 0: +6 % in 3 bars. 1: -11 % in 4. 2: -12 % in 3. 3: -15 % in 2 bars, too soon. 4: -9 % in the next bar.
    expect(label).toEqual([BUY, SELL, SELL, HOLD, HOLD, NONE, NONE, NONE, NONE]);
    expect(end).toEqual([4, 5, 6, 7, 8, -1, -1, -1, -1]);
  });

  test('of equal extremes, the first determines the distance', () => {
    expect(points([100, 100, 110, 110, 110], 0.05, 4).label[0]).toBe(HOLD);
    expect(points([100, 100, 100, 110, 110], 0.05, 4).label[0]).toBe(BUY);
  });

  test('too few bars have no label', () => {
    expect(points([], 0.05, 4).label).toEqual([]);
    expect(points([1, 2, 3, 4], 0.05, 4).label).toEqual([NONE, NONE, NONE, NONE]);
  });

  test('match the definition', () => {
    const closes = fc.array(fc.integer({ min: 80, max: 125 }), { maxLength: 120 });
    const lookaheads = fc.constantFrom(3, 4, 7, 8, 30);
    fc.assert(
      fc.property(closes, fc.constantFrom(0.01, 0.1, 0.25), lookaheads, (prices, threshold, lookahead) => {
        expect(points(prices, threshold, lookahead)).toEqual(slowPoints(prices, threshold, lookahead));
      }),
      { numRuns: propertyRuns() },
    );
  });

  onRealBars('are the definition on real bars', async () => {
    const closes = [...firstBars(await readRealBars('GOOG', '1d'), 2000).close];
    expect(points(closes, 0.03, 20)).toEqual(slowPoints(closes, 0.03, 20));
    expect(new Set(points(closes, 0.03, 20).label)).toEqual(new Set([BUY, HOLD, SELL, NONE]));
  });
});
