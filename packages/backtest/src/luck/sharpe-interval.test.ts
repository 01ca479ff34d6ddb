import { describe, expect, test } from '@jest/globals';
import { normalQuantile, RandomStream } from '@ktrdr/statistics';
import { deflatedSharpe } from './deflated-sharpe.js';
import { sharpeInterval, sharpeMoments } from './sharpe-interval.js';

const ONE_TRIAL = { count: 1, variance: 0 };

/** Returns with mean 0 and variance 1: skewed to the left (exponential), then autocorrelated by `share`. */
function returnsOf(random: RandomStream, bars: number, skewed: boolean, share: number): Float64Array {
  let last = 0;
  return Float64Array.from({ length: bars }, () => {
    const chance = (random.nextUint32() + 0.5) * 2 ** -32;
    const shock = skewed ? 1 + Math.log(chance) : normalQuantile(chance);
    last = share * last + Math.sqrt(1 - share * share) * shock;
    return last;
  });
}

describe('The Sharpe interval and the probabilistic Sharpe ratio', () => {
  // 200 runs: a rate of 5 % shows as 1 % to 10 % in all but one of a thousand cases.
  test.each([
    { skewed: false, share: 0 },
    { skewed: true, share: 0 },
    { skewed: false, share: 0.3 },
    { skewed: true, share: 0.3 },
  ])(
    'keep their level on returns without an edge (skewed: $skewed, autocorrelation $share)',
    ({ skewed, share }) => {
      const random = RandomStream.derive(1, 'Sharpe calibration');
      const runs = 200;
      let outside = 0;
      let found = 0;
      for (let run = 0; run < runs; run += 1) {
        const returns = returnsOf(random, 200, skewed, share);
        const [low, high] = sharpeInterval(returns, { barsPerYear: 252, draws: 200, random })!;
        if (low > 0 || high < 0) outside += 1;
        if (deflatedSharpe(sharpeMoments(returns)!, ONE_TRIAL) > 0.95) found += 1;
      }
      expect(outside / runs).toBeLessThan(0.1);
      expect(outside / runs).toBeGreaterThan(0.01);
      expect(found / runs).toBeLessThan(0.1);
      expect(found / runs).toBeGreaterThan(0.01);
    },
  );

  test('scale with the root of the bars of a year, and contain the estimate', () => {
    const returns = returnsOf(RandomStream.derive(2, 'returns'), 500, false, 0).map(
      (value) => 0.01 * value + 0.001,
    );
    const at = (barsPerYear: number) =>
      sharpeInterval(returns, { barsPerYear, draws: 500, random: RandomStream.derive(3, 'draws') })!;
    const [low, high] = at(1);
    const { sharpe } = sharpeMoments(returns)!;
    expect(low).toBeLessThan(sharpe);
    expect(high).toBeGreaterThan(sharpe);
    expect(at(100)).toEqual([expect.closeTo(10 * low, 10), expect.closeTo(10 * high, 10)]);
  });

  test('an autocorrelated series has fewer independent observations', () => {
    const of = (share: number) =>
      sharpeMoments(returnsOf(RandomStream.derive(4, 'returns'), 2_000, false, share))!;
    expect(of(0).observations / 2_000).toBeGreaterThan(0.85);
    // (1 - share) / (1 + share)
    expect(of(0.5).observations / 2_000).toBeCloseTo(1 / 3, 1);
  });

  test('returns that do not vary, or that are too few, have no figures', () => {
    for (const returns of [new Float64Array(0), Float64Array.of(0.1), new Float64Array(50).fill(0.01)]) {
      expect(sharpeMoments(returns)).toBeNull();
      expect(
        sharpeInterval(returns, { barsPerYear: 252, draws: 10, random: RandomStream.derive(1, 'draws') }),
      ).toBeNull();
    }
  });

  test('a single position among many bars gives finite figures', () => {
    const returns = new Float64Array(500);
    returns[100] = 0.05;
    const interval = sharpeInterval(returns, {
      barsPerYear: 252,
      draws: 500,
      random: RandomStream.derive(1, 'draws'),
    })!;
    expect(interval.every(Number.isFinite)).toBe(true);
    expect(interval[0]).toBeLessThan(0);
  });
});
