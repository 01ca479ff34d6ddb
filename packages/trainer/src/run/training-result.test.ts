import { expect, test } from '@jest/globals';
import { MOST_HISTORY_ENTRIES } from '@ktrdr/contracts';
import fc from 'fast-check';
import { toJson } from '../files/json.js';
import { MOST_BYTES } from '../models/model-files.js';
import { shownHistory } from './training-result.js';

/** The history of a training whose values in epoch `e` are `e`, and parts of it. */
function historyOf(trained: number, bestEpoch: number): ReturnType<typeof shownHistory> {
  const epochs = Array.from({ length: trained }, (_, index) => index + 1);
  const [trainLoss, trainAccuracy, valLoss, valAccuracy] = [1, 0.5, 0.25, 0.125].map((part) =>
    epochs.map((epoch) => epoch * part),
  ) as [number[], number[], number[], number[]];
  return shownHistory({ history: { trainLoss, trainAccuracy, valLoss, valAccuracy }, bestEpoch }, trainLoss);
}

test('a training of up to a thousand epochs shows each of them', () => {
  expect(historyOf(3, 2)).toEqual({
    epochs: [1, 2, 3],
    train_loss: [1, 2, 3],
    train_accuracy: [0.5, 1, 1.5],
    val_loss: [0.25, 0.5, 0.75],
    val_accuracy: [0.125, 0.25, 0.375],
    learning_rate: [1, 2, 3],
  });
  expect(historyOf(1, 1).epochs).toEqual([1]);
  expect(historyOf(MOST_HISTORY_ENTRIES, 7).epochs).toHaveLength(MOST_HISTORY_ENTRIES);
});

test('a longer one shows a thousand, with the first, the best and the last, in order and evenly spaced', () => {
  const trainings = fc
    .integer({ min: MOST_HISTORY_ENTRIES + 1, max: 20_000 })
    .chain((trained) => fc.tuple(fc.constant(trained), fc.integer({ min: 1, max: trained })));
  fc.assert(
    fc.property(trainings, ([trained, best]) => {
      const { epochs = [], train_loss, val_accuracy } = historyOf(trained, best);
      expect(epochs).toHaveLength(MOST_HISTORY_ENTRIES);
      expect([epochs[0], epochs.at(-1), epochs.includes(best)]).toEqual([1, trained, true]);
      const gaps = epochs.slice(1).map((epoch, index) => epoch - epochs[index]!);
      expect(Math.min(...gaps)).toBeGreaterThan(0);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * Math.ceil(trained / MOST_HISTORY_ENTRIES));
      expect(train_loss).toEqual(epochs);
      expect(val_accuracy).toEqual(epochs.map((epoch) => epoch / 8));
    }),
    { numRuns: 50 },
  );
});

test('the history of the longest training is a small part of a metrics.json', () => {
  const epochs = Array.from({ length: 100_000 }, (_, index) => -Math.PI / (index + 1));
  const history = { trainLoss: epochs, trainAccuracy: epochs, valLoss: epochs, valAccuracy: epochs };
  const { length } = toJson({
    training_metrics: { history: shownHistory({ history, bestEpoch: 777 }, epochs) },
  });
  expect(length).toBeLessThan(MOST_BYTES['metrics.json'] / 10);
});
