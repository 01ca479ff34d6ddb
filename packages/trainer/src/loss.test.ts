import { describe, expect, test } from '@jest/globals';
import { crossEntropy, evaluateLogits, inverseFrequencyWeights } from './loss.js';

describe('crossEntropy', () => {
  test('is -ln of the softmax probability, and its gradient probability minus target', () => {
    const gradient = new Float32Array(3);
    const sums = crossEntropy(Float32Array.of(Math.log(2), 0, 0), Int32Array.of(0), null, gradient);
    expect(sums.loss).toBeCloseTo(Math.log(2), 6);
    expect(sums.correct).toBe(1);
    expect(Array.from(gradient)).toEqual([-0.5, 0.25, 0.25]);
  });

  test('does not overflow for large logits', () => {
    expect(crossEntropy(Float32Array.of(1e4, -1e4), Int32Array.of(1), null).loss).toBe(2e4);
  });

  test('is NaN when a logit is', () => {
    expect(crossEntropy(Float32Array.of(0, Number.NaN), Int32Array.of(0), null).loss).toBeNaN();
  });
});

describe('evaluateLogits', () => {
  const logits = Float32Array.of(Math.log(3), 0, Math.log(3), 0);
  test('the mean is weighted by class', () => {
    const { loss, accuracy } = evaluateLogits(logits, Int32Array.of(0, 1), Float32Array.of(1, 3));
    expect(loss).toBeCloseTo((1 * Math.log(4 / 3) + 3 * Math.log(4)) / 4, 6);
    expect(accuracy).toBe(0.5);
  });

  test('rows of weightless classes alone have the plain mean', () => {
    const { loss } = evaluateLogits(logits, Int32Array.of(1, 1), Float32Array.of(2, 0));
    expect(loss).toBeCloseTo(Math.log(4), 6);
  });
});

test('class weights are inverse frequencies that sum to the class count; an absent class has 0', () => {
  const weights = inverseFrequencyWeights(Int32Array.of(0, 0, 0, 2), 4);
  expect(Array.from(weights)).toEqual([1, 0, 3, 0]);
});
