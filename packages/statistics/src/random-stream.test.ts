import { describe, expect, test } from '@jest/globals';
import { RandomStream } from './random-stream.js';

const draw = (stream: RandomStream, count: number): number[] =>
  Array.from({ length: count }, () => stream.nextUint32());

describe('RandomStream', () => {
  test('gives the numbers of the reference implementation (prng.di.unimi.it/xoshiro128starstar.c)', () => {
    expect(draw(RandomStream.fromState([1, 2, 3, 4]), 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('the same seed and name give the same numbers; another seed, name or index gives others', () => {
    const reference = draw(RandomStream.derive(7, 'weights'), 8);
    expect(draw(RandomStream.derive(7, 'weights'), 8)).toEqual(reference);
    for (const other of [
      RandomStream.derive(8, 'weights'),
      RandomStream.derive(7 + 2 ** 32, 'weights'),
      RandomStream.derive(7, 'shuffle'),
      RandomStream.derive(7, 'weights', 1),
    ]) {
      const numbers = draw(other, 8);
      expect(numbers.filter((value) => reference.includes(value))).toEqual([]);
    }
  });

  test('a stream continues from its state, also through JSON', () => {
    const stream = RandomStream.derive(1, 'dropout');
    draw(stream, 5);
    const copy = RandomStream.fromState(JSON.parse(JSON.stringify(stream.state)));
    expect(draw(copy, 20)).toEqual(draw(stream, 20));
  });

  test('uniform numbers lie in [0, 1), with the mean and variance of the uniform distribution', () => {
    const stream = RandomStream.derive(3, 'uniform');
    const values = Array.from({ length: 100_000 }, () => stream.uniform());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  test('shuffling keeps every value, and every order is about equally frequent', () => {
    const stream = RandomStream.derive(3, 'shuffle');
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i += 1) {
      const values = Int32Array.of(0, 1, 2, 3);
      stream.shuffle(values);
      counts.set(values.join(), (counts.get(values.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test('a dropout mask drops the requested share and keeps the mean at 1', () => {
    const mask = new Float32Array(99_999);
    RandomStream.derive(3, 'dropout').fillDropoutMask(mask, 0.2);
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    const mean = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    expect(dropped).toBeCloseTo(0.2, 2);
    expect(mean).toBeCloseTo(1, 2);
    expect(new Set(mask).size).toBe(2);
    expect(Math.max(...mask.subarray(0, 100))).toBeCloseTo(1.25, 4);
  });

  test.each([0, 0.1, 0.5, 0.99999])(
    'a dropout mask of rate %d decides by the halves of each draw',
    (rate) => {
      const mask = new Float32Array(1001);
      RandomStream.derive(9, 'dropout').fillDropoutMask(mask, rate);
      const dropBelow = Math.min(Math.round(rate * 65536), 65535);
      const halves = draw(RandomStream.derive(9, 'dropout'), 501).flatMap((one) => [
        one & 0xffff,
        one >>> 16,
      ]);
      const kept = Math.fround(65536 / (65536 - dropBelow));
      expect([...mask]).toEqual(halves.slice(0, 1001).map((half) => (half < dropBelow ? 0 : kept)));
    },
  );

  test('the two halves of a draw drop independently', () => {
    const mask = new Float32Array(100_000);
    RandomStream.derive(4, 'dropout').fillDropoutMask(mask, 0.5);
    let both = 0;
    for (let i = 0; i < mask.length; i += 2) if (mask[i] === 0 && mask[i + 1] === 0) both += 1;
    expect(both / (mask.length / 2)).toBeCloseTo(0.25, 2);
  });

  test('refuses a seed that is not a whole number from 0', () => {
    expect(() => RandomStream.derive(-1, 'weights')).toThrow(RangeError);
    expect(() => RandomStream.derive(0.5, 'weights')).toThrow(RangeError);
  });
});
