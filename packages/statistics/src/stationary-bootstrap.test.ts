import { describe, expect, test } from '@jest/globals';
import { bootstrapMeans, momentsOf, RandomStream } from './index.js';

const stream = (seed: number): RandomStream => RandomStream.derive(seed, 'bootstrap test');
const uniform = (seed: number, rows: number): Float64Array => {
  const random = stream(seed);
  return Float64Array.from({ length: rows }, () => random.uniform());
};

/** Variance of a resample's mean, as Politis and Romano give it (1994, lemma 1). */
function exactVariance(values: Float64Array, blockLength: number): number {
  const n = values.length;
  const { mean } = momentsOf(values);
  const circular = (lag: number): number =>
    values.reduce((sum, value, i) => sum + (value - mean) * (values[(i + lag) % n]! - mean), 0) / n;
  let variance = circular(0);
  for (let lag = 1; lag < n; lag += 1) {
    variance += 2 * (1 - lag / n) * (1 - 1 / blockLength) ** lag * circular(lag);
  }
  return variance / n;
}

describe('The stationary bootstrap', () => {
  test.each([1, 1.5, 4, 30])(
    'gives means with the variance of the theory, block length %p',
    (blockLength) => {
      let last = 0;
      const values = uniform(1, 200).map((shock) => (last = 0.7 * last + shock));
      const [means] = bootstrapMeans([values], { blockLength, draws: 20_000, random: stream(2) });
      const { mean, std } = momentsOf(means!);
      const expected = Math.sqrt(exactVariance(values, blockLength));
      expect(Math.abs(mean - momentsOf(values).mean)).toBeLessThan((4 * expected) / Math.sqrt(20_000));
      expect(std / expected).toBeCloseTo(1, 1.6);
    },
  );

  test('takes the same rows from all series', () => {
    const a = uniform(1, 50);
    const b = a.map((value) => 3 - 2 * value);
    const [meansOfA, meansOfB] = bootstrapMeans([a, b], { blockLength: 3, draws: 100, random: stream(2) });
    for (const [draw, mean] of meansOfA!.entries()) expect(meansOfB![draw]).toBeCloseTo(3 - 2 * mean, 12);
  });

  test('gives the same draws for the same stream, and keeps the digits of large values', () => {
    const values = uniform(1, 50);
    const settings = { blockLength: 3, draws: 100 };
    const [means] = bootstrapMeans([values], { ...settings, random: stream(2) });
    const [again] = bootstrapMeans([values], { ...settings, random: stream(2) });
    const [large] = bootstrapMeans([values.map((value) => 1e6 + value)], { ...settings, random: stream(2) });
    expect(again).toEqual(means);
    for (const [draw, mean] of means!.entries()) expect(large![draw]! - 1e6).toBeCloseTo(mean, 8);
  });

  test('refuses series without rows and of different lengths', () => {
    const settings = { blockLength: 1, draws: 1, random: stream(1) };
    expect(() => bootstrapMeans([], settings)).toThrow(RangeError);
    expect(() => bootstrapMeans([new Float64Array(0)], settings)).toThrow(RangeError);
    expect(() => bootstrapMeans([new Float64Array(2), new Float64Array(3)], settings)).toThrow(RangeError);
  });
});
