import { describe, expect, test } from '@jest/globals';
import { normalCdf } from '@ktrdr/statistics';
import { deflatedSharpe } from './deflated-sharpe.js';

/** Five years of daily returns with a yearly Sharpe ratio of 2.5, chosen from 100 trials whose yearly ratios have a variance of 1/2. */
const EXAMPLE = { sharpe: 2.5 / Math.sqrt(250), observations: 1250, skewness: -3, kurtosis: 10 };
const TRIALS = { count: 100, variance: 1 / 2 / 250 };

describe('The deflated Sharpe ratio', () => {
  test('of the worked example is 0.9004 (Bailey and Lopez de Prado 2014, "A numerical example")', () => {
    expect(deflatedSharpe(EXAMPLE, TRIALS)).toBeCloseTo(0.9004, 4);
  });

  test('is one half at the best ratio by luck: 0.1132 in the worked example', () => {
    const of = (sharpe: number): number => deflatedSharpe({ ...EXAMPLE, sharpe }, TRIALS);
    expect(of(0.11315)).toBeLessThan(0.5);
    expect(of(0.11325)).toBeGreaterThan(0.5);
  });

  test('of one trial is the probabilistic Sharpe ratio against 0, regardless of the variance', () => {
    const normal = { sharpe: 0.1, observations: 101, skewness: 0, kurtosis: 3 };
    const expected = normalCdf((0.1 * 10) / Math.sqrt(1 + 0.1 ** 2 / 2));
    expect(deflatedSharpe(normal, { count: 1, variance: 0 })).toBeCloseTo(expected, 12);
    expect(deflatedSharpe(normal, { count: 1, variance: 9 })).toBeCloseTo(expected, 12);
  });

  test('falls with each trial, with negative skewness and with fat tails', () => {
    const of = (count: number, change = {}): number =>
      deflatedSharpe({ ...EXAMPLE, ...change }, { ...TRIALS, count });
    expect(of(2)).toBeLessThan(of(1));
    expect(of(200)).toBeLessThan(of(100));
    expect(of(100)).toBeLessThan(of(100, { skewness: 0 }));
    expect(of(100)).toBeLessThan(of(100, { kurtosis: 3 }));
  });

  test('is a chance for returns of two values and for one observation', () => {
    for (const observations of [1, 100]) {
      const two = { sharpe: 2, observations, skewness: 1, kurtosis: 2 };
      expect(deflatedSharpe(two, { count: 1, variance: 0 })).toBeGreaterThan(0.9);
    }
  });
});
