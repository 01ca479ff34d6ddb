import { expect, test } from '@jest/globals';
import { TerminateOnNan } from './terminate-on-nan.js';
import { batchEnd, epochEnd } from '../../testing/epoch-end.js';

test.each([
  ['loss', { loss: Number.NaN, correct: 0, gradientNorm: 1 }, 'the loss became NaN in epoch 3, batch 17'],
  [
    'gradient',
    { loss: 1, correct: 0, gradientNorm: Infinity },
    'the gradient became Infinity in epoch 3, batch 17',
  ],
])('a %s that is not finite ends the run, with its place and what to try', (_what, result, text) => {
  const callback = new TerminateOnNan();
  callback.onBatchEnd(batchEnd());
  expect(() => callback.onBatchEnd(batchEnd({ epoch: 3, batch: 17, result }))).toThrow(
    expect.objectContaining({
      code: 'loss_not_finite',
      message: expect.stringMatching(new RegExp(`${text}\\. Try a lower learning_rate`)),
      details: { epoch: 3, batch: 17 },
    }),
  );
});

test('a validation loss or a weight that is not finite does too', () => {
  const callback = new TerminateOnNan();
  callback.onEpochEnd(epochEnd(1, 0.5));
  expect(() => callback.onEpochEnd(epochEnd(2, Number.NaN))).toThrow(
    'the validation loss became NaN after epoch 2, batch 4',
  );
  expect(() => callback.onEpochEnd(epochEnd(2, 1, { parameters: Float32Array.of(1, Infinity) }))).toThrow(
    'a weight is no longer a finite number after epoch 2, batch 4',
  );
});
