import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { blockLength, momentsOf, normalCdf, normalQuantile } from './index.js';

interface Series {
  kind: 'autoregressive' | 'moving_sum';
  seed: number;
  count: number;
  share: number;
  width: number;
  block_length: number;
  mean: number;
  std: number;
  skewness: number;
  kurtosis: number;
}

/** Made by test/fixtures/make-figures.py with scipy 1.17.1 and arch 8.0.0. */
const figures = JSON.parse(
  readFileSync(new URL('../test/fixtures/figures.json', import.meta.url), 'utf8'),
) as { cdf: [number, number][]; quantile: [number, number][]; series: Series[] };

/** The script's numbers. */
function noise(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

function valuesOf({ kind, seed, count, share, width }: Series): Float64Array {
  if (kind === 'moving_sum') {
    const shocks = noise(seed, count + width);
    return Float64Array.from({ length: count }, (_, i) =>
      shocks.slice(i, i + width).reduce((sum, shock) => sum + shock, 0),
    );
  }
  let last = 0;
  return Float64Array.from(noise(seed, count), (shock) => (last = share * last + shock));
}

const relativeError = (value: number, expected: number): number =>
  value === expected ? 0 : Math.abs(value / expected - 1);

describe('Figures of scipy and arch', () => {
  test.each(figures.cdf)('normalCdf(%p) is %p', (x, chance) => {
    expect(Math.abs(normalCdf(x) - chance)).toBeLessThan(1e-15);
    expect(relativeError(normalCdf(x), chance)).toBeLessThan(1e-8);
  });

  test.each(figures.quantile)('normalQuantile(%p) is %p', (chance, x) => {
    expect(relativeError(normalQuantile(chance), x)).toBeLessThan(1e-14);
  });

  test.each(figures.series)('$kind, $count values, share $share, width $width', (series) => {
    const values = valuesOf(series);
    expect(blockLength(values, 1)).toBeCloseTo(Math.max(1, series.count / 1_000, series.block_length), 8);
    expect(momentsOf(values)).toEqual({
      mean: expect.closeTo(series.mean, 12),
      std: expect.closeTo(series.std, 12),
      skewness: expect.closeTo(series.skewness, 10),
      kurtosis: expect.closeTo(series.kurtosis, 10),
    });
  });
});

test('a normal quantile is not defined outside 0..1 and infinite at the ends', () => {
  expect([-0.1, 1.1, Number.NaN].map(normalQuantile)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect([0, 1].map(normalQuantile)).toEqual([-Infinity, Infinity]);
  expect([-Infinity, Infinity].map(normalCdf)).toEqual([0, 1]);
});

describe('Series without movement or values', () => {
  test('have no skewness and kurtosis, and a block length', () => {
    expect(momentsOf(new Float64Array(3).fill(0.1))).toEqual({
      mean: 0.1,
      std: 0,
      skewness: Number.NaN,
      kurtosis: Number.NaN,
    });
    expect(momentsOf(new Float64Array(0)).mean).toBeNaN();
    expect(blockLength(new Float64Array(100), 1)).toBe(1);
    expect(blockLength(new Float64Array(100), 7)).toBe(7);
    expect(blockLength(new Float64Array(1), 7)).toBe(1);
    expect(blockLength(new Float64Array(0), 7)).toBe(1);
  });
});
