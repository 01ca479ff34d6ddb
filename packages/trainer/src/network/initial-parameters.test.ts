import { describe, expect, test } from '@jest/globals';
import { initialParameters } from './initial-parameters.js';
import { parameterCount, parameterLayout, type ModelSpec } from './model-spec.js';

const model: ModelSpec = {
  type: 'mlp',
  inputs: 60,
  layers: [
    { units: 128, activation: 'relu', dropout: 0.2 },
    { units: 64, activation: 'tanh', dropout: 0 },
  ],
  outputs: 3,
};

describe('initial parameters', () => {
  const parameters = initialParameters(model, 7);
  const tensors = parameterLayout(model).map(({ name, shape, offset, size }) => {
    const values = parameters.subarray(offset, offset + size);
    return {
      name,
      shape,
      limit: Math.max(...values.map(Math.abs)),
      mean: values.reduce((a, b) => a + b, 0) / size,
    };
  });

  test('fill the layout without gaps', () => {
    expect(tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ['dense_1/kernel', [60, 128]],
      ['dense_1/bias', [128]],
      ['dense_2/kernel', [128, 64]],
      ['dense_2/bias', [64]],
      ['dense_3/kernel', [64, 3]],
      ['dense_3/bias', [3]],
    ]);
    expect(parameters).toHaveLength(60 * 128 + 128 + 128 * 64 + 64 + 64 * 3 + 3);
    expect(parameterCount(model)).toBe(parameters.length);
  });

  test('are distributed as He (rectified layers) and Glorot (others) define, with biases 0', () => {
    const limits = [Math.sqrt(6 / 60), 0, Math.sqrt(6 / 192), 0, Math.sqrt(6 / 67), 0];
    tensors.forEach(({ limit, mean }, i) => {
      expect(limit).toBeLessThanOrEqual(limits[i]! + 1e-7);
      expect(limit).toBeGreaterThanOrEqual(0.97 * limits[i]!);
      expect(Math.abs(mean)).toBeLessThan(0.02);
    });
  });

  test('depend only on the seed', () => {
    expect(initialParameters(model, 7)).toEqual(parameters);
    expect(initialParameters(model, 8)).not.toEqual(parameters);
  });
});
