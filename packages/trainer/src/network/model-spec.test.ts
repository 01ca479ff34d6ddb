import { expect, test } from '@jest/globals';
import { multiplicationsOfRow } from './model-spec.js';

test('multiplications of a row, by hand: each use of each kernel', () => {
  const dense = { activation: 'relu', dropout: 0 } as const;
  const layers = [{ units: 4, ...dense }];
  expect(multiplicationsOfRow({ type: 'mlp', inputs: 5, layers, outputs: 3 })).toBe(5 * 4 + 4 * 3);

  // 10 bars: a convolution of 3 bars has 8 positions, pooling leaves 4; the second has 2, pooling leaves 1.
  const cnn = {
    type: 'cnn',
    inputs: 5,
    sequenceLength: 10,
    filters: [6, 7],
    kernelSize: 3,
    poolSize: 2,
  } as const;
  expect(multiplicationsOfRow({ ...cnn, filters: [6, 7], activation: 'relu', layers, outputs: 3 })).toBe(
    8 * (3 * 5 * 6) + 2 * (3 * 6 * 7) + 7 * 4 + 4 * 3,
  );

  const recurrent = { inputs: 5, sequenceLength: 10, hiddenSize: 6, layers: 2, dropout: 0, outputs: 3 };
  expect(multiplicationsOfRow({ type: 'lstm', ...recurrent })).toBe(
    10 * 4 * (5 * 6 + 6 * 6 + 6 * 6 + 6 * 6) + 6 * 3,
  );
  expect(multiplicationsOfRow({ type: 'gru', ...recurrent })).toBe(
    10 * 3 * (5 * 6 + 6 * 6 + 6 * 6 + 6 * 6) + 6 * 3,
  );
});
