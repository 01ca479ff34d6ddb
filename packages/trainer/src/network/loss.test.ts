import { describe, expect, test } from '@jest/globals';
import {
  evaluateOutputs,
  fillRowScales,
  inverseFrequencyWeights,
  lossSums,
  type LossSpec,
  type Targets,
} from './loss.js';

const ONE = Float32Array.of(1);
const CROSS_ENTROPY: LossSpec = { type: 'cross_entropy', classWeights: null };

/** Loss of one row. */
function lossOf(loss: LossSpec, outputs: number[], target: number): number {
  const targets: Targets = 'classWeights' in loss ? Int32Array.of(target) : Float32Array.of(target);
  return lossSums(Float32Array.from(outputs), targets, ONE, loss).loss;
}

describe('cross-entropy', () => {
  test('is -ln of the softmax probability, and its gradient probability minus target', () => {
    const gradient = new Float32Array(3);
    const outputs = Float32Array.of(Math.log(2), 0, 0);
    const sums = lossSums(outputs, Int32Array.of(0), ONE, CROSS_ENTROPY, gradient);
    expect(sums.loss).toBeCloseTo(Math.log(2), 6);
    expect(sums.correct).toBe(1);
    expect(Array.from(gradient)).toEqual([-0.5, 0.25, 0.25]);
  });

  test('does not overflow for large logits', () => {
    expect(lossOf(CROSS_ENTROPY, [1e4, -1e4], 1)).toBe(2e4);
  });

  test('is NaN if a logit is NaN', () => {
    expect(lossOf(CROSS_ENTROPY, [0, Number.NaN], 0)).toBeNaN();
  });
});

test('focal loss is cross-entropy times a power of the miss; gamma 0 is cross-entropy', () => {
  const focal = (gamma: number): LossSpec => ({ type: 'focal', gamma, classWeights: null });
  // p = 3/4
  expect(lossOf(focal(2), [Math.log(3), 0], 0)).toBeCloseTo(0.25 ** 2 * -Math.log(0.75), 6);
  expect(lossOf(focal(0), [Math.log(3), 0], 0)).toBeCloseTo(-Math.log(0.75), 6);
});

describe('losses of a regression', () => {
  test('mse is the square of the error', () => {
    expect(lossOf({ type: 'mse' }, [0.75], -0.25)).toBe(1);
  });

  test('huber is quadratic up to delta and linear from there', () => {
    expect(lossOf({ type: 'huber', delta: 0.5 }, [0.25], 0)).toBe(0.03125);
    expect(lossOf({ type: 'huber', delta: 0.5 }, [2], 0)).toBe(0.5 * (2 - 0.25));
  });

  test('a row is correct if its sign is', () => {
    const outputs = Float32Array.of(0.1, -0.1, 0.1);
    const targets = Float32Array.of(5, 5, 0);
    expect(evaluateOutputs(outputs, targets, { type: 'mse' }).accuracy).toBeCloseTo(1 / 3, 10);
  });
});

test("rows' scales are class weight times sample weight over their sum", () => {
  const scales = new Float32Array(3);
  const loss: LossSpec = { type: 'cross_entropy', classWeights: Float32Array.of(1, 3) };
  fillRowScales(scales, Int32Array.of(0, 1, 1), loss, Float32Array.of(2, 1, 1));
  expect(Array.from(scales)).toEqual([0.25, 0.375, 0.375]);
  fillRowScales(scales, Int32Array.of(0, 0, 0), loss, Float32Array.of(0, 0, 0));
  expect(Array.from(scales)).toEqual([0, 0, 0]);
});

describe('evaluateOutputs', () => {
  const outputs = Float32Array.of(Math.log(3), 0, Math.log(3), 0);
  const weighted = (...classWeights: number[]): LossSpec => ({
    type: 'cross_entropy',
    classWeights: Float32Array.from(classWeights),
  });

  test('the mean is weighted by class', () => {
    const { loss, accuracy } = evaluateOutputs(outputs, Int32Array.of(0, 1), weighted(1, 3));
    expect(loss).toBeCloseTo((1 * Math.log(4 / 3) + 3 * Math.log(4)) / 4, 6);
    expect(accuracy).toBe(0.5);
  });

  test('if all rows have classes without weight, the mean is the plain mean', () => {
    expect(evaluateOutputs(outputs, Int32Array.of(1, 1), weighted(2, 0)).loss).toBeCloseTo(Math.log(4), 6);
  });
});

test('class weights are inverse frequencies that sum to the class count; an absent class has 0', () => {
  const weights = inverseFrequencyWeights(Int32Array.of(0, 0, 0, 2), 4);
  expect(Array.from(weights)).toEqual([1, 0, 3, 0]);
});
