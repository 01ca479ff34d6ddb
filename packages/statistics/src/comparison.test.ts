import { describe, expect, test } from '@jest/globals';
import { compareWithBest, normalQuantile, RandomStream } from './index.js';

const normal = (random: RandomStream): number => normalQuantile((random.nextUint32() + 0.5) * 2 ** -32);

/** A series with mean 0 in which each value is `share` of the one before plus noise. */
function autoregressive(random: RandomStream, rows: number, share: number): Float64Array {
  let last = normal(random) / Math.sqrt(1 - share * share);
  return Float64Array.from({ length: rows }, () => (last = share * last + normal(random)));
}

/** Correct or not, for a guess that has nothing to do with the truth; both look `width` bars ahead, as overlapping labels do. */
function guesses(random: RandomStream, rows: number, width: number): Int8Array {
  const shocks = Array.from({ length: rows + width }, () => normal(random));
  return Int8Array.from({ length: rows }, (_, i) =>
    Math.sign(shocks.slice(i, i + width).reduce((sum, shock) => sum + shock, 0)),
  );
}

const RUNS = 200;

describe('Comparison with the best rival', () => {
  // Of 200 runs at a level of 5 %, more than 20 fail in one of a thousand cases. Shorter and more dependent series hold it less well:
  // 95 % intervals cover 93 % (autocorrelation 0.9, 2,000 rows), 92 % (735 rows), 88 % (200 rows) and 79 % (60 rows).
  test.each([
    { share: 0, rows: 100 },
    { share: 0.3, rows: 200 },
    { share: 0.6, rows: 300 },
    { share: 0.9, rows: 1_000 },
  ])('of one rival: 95 % intervals and p-values hold their level ($rows rows, $share)', ({ share, rows }) => {
    const random = RandomStream.derive(1, 'coverage');
    let missed = 0;
    let found = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const { interval, pValue } = compareWithBest([autoregressive(random, rows, share)], {
        leastBlockLength: 1,
        draws: 300,
        random,
      });
      if (interval[0] > 0 || interval[1] < 0) missed += 1;
      if (pValue <= 0.05) found += 1;
    }
    expect(missed).toBeLessThanOrEqual(20);
    expect(found).toBeLessThanOrEqual(20);
    expect(found).toBeGreaterThan(0);
  });

  test('of three rivals: guesses are called better in at most 5 % of cases, whichever rival looks best', () => {
    const random = RandomStream.derive(2, 'guesses');
    let found = 0;
    let missed = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const truth = guesses(random, 200, 5);
      const model = guesses(random, 200, 5);
      const differences = Array.from({ length: 3 }, () => {
        const rival = guesses(random, 200, 5);
        return Float64Array.from(truth, (side, i) => Number(model[i] === side) - Number(rival[i] === side));
      });
      const { interval, pValue } = compareWithBest(differences, { leastBlockLength: 5, draws: 300, random });
      if (pValue <= 0.05) found += 1;
      if (interval[0] > 0 || interval[1] < 0) missed += 1;
    }
    expect(found).toBeLessThanOrEqual(10);
    expect(missed).toBeLessThanOrEqual(20);
  });

  test('a candidate that is better than one rival and equal to another is not better than the best', () => {
    const random = RandomStream.derive(3, 'one rival');
    const equal = autoregressive(random, 400, 0.3);
    const weak = autoregressive(random, 400, 0.3).map((value) => value + 1);
    const settings = { leastBlockLength: 1, draws: 999, random };
    const both = compareWithBest([weak, equal], settings);
    expect(both).toMatchObject({ best: 1, difference: equal.reduce((sum, value) => sum + value) / 400 });
    expect(both.pValue).toBeGreaterThan(0.025);
    expect(both.interval[0]).toBeLessThan(0);
    const alone = compareWithBest([weak], settings);
    expect(alone.pValue).toBe(1 / 1000);
    expect(alone.interval[0]).toBeGreaterThan(0.5);
  });

  test('a candidate that is worse than one of its rivals is worse than the best', () => {
    const random = RandomStream.derive(4, 'worse');
    const better = autoregressive(random, 400, 0).map((value) => value + 1);
    const worse = autoregressive(random, 400, 0).map((value) => value - 1);
    const { best, interval, pValue } = compareWithBest([better, worse], {
      leastBlockLength: 1,
      draws: 999,
      random,
    });
    expect(best).toBe(1);
    expect(interval[1]).toBeLessThan(-0.5);
    expect(pValue).toBe(1);
  });

  test('equal scores on all rows are no difference', () => {
    const random = RandomStream.derive(5, 'equal');
    expect(compareWithBest([new Float64Array(50)], { leastBlockLength: 4, draws: 99, random })).toEqual({
      best: 0,
      difference: 0,
      interval: [0, 0],
      pValue: 1,
      blockLength: 4,
      rivals: [{ mean: 0, errors: new Float64Array(99) }],
    });
  });

  test('a few rows that all speak for the candidate are judged as by a sign test', () => {
    const of = (better: number): number => {
      const rows = new Float64Array(700);
      for (let i = 0; i < better; i += 1) rows[100 * i] = 1;
      return compareWithBest([rows], {
        leastBlockLength: 1,
        draws: 4_999,
        random: RandomStream.derive(6, 'few'),
      }).pValue;
    };
    // a sign test gives 1 / 8 and 1 / 128
    expect(of(3)).toBeGreaterThan(0.05);
    expect(of(7)).toBeLessThan(0.025);
  });

  test('refuses no rivals and no rows', () => {
    const settings = { leastBlockLength: 1, draws: 9, random: RandomStream.derive(7, 'none') };
    expect(() => compareWithBest([], settings)).toThrow(RangeError);
    expect(() => compareWithBest([new Float64Array(0)], settings)).toThrow(RangeError);
  });
});
