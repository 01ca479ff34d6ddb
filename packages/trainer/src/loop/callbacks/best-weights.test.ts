import { expect, test } from '@jest/globals';
import { BestWeights } from './best-weights.js';
import { epochEnd, trainingBegin } from '../../testing/epoch-end.js';

test('keeps the weights of the lowest validation loss, the first of equals', () => {
  const best = new BestWeights();
  best.onTrainBegin(trainingBegin());
  [0.9, 0.7, 0.8, 0.7].forEach((loss, index) => best.onEpochEnd(epochEnd(index + 1, loss)));
  expect(best.epoch).toBe(2);
  expect(best.parameters).toEqual(Float32Array.of(2, 2, 2, 2));
});
