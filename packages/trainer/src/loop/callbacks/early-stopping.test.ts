import { describe, expect, test } from '@jest/globals';
import { EarlyStopping, type EarlyStoppingSettings } from './early-stopping.js';
import { epochEnd } from '../../testing/epoch-end.js';

function stopsAfter(settings: EarlyStoppingSettings, scores: number[]): [number, string] | null {
  const stopping = new EarlyStopping(settings);
  for (const [index, score] of scores.entries()) {
    const validation = { loss: score, accuracy: score, outputs: new Float32Array(6) };
    const reason = stopping.onEpochEnd(epochEnd(index + 1, score, { validation }));
    if (reason !== undefined) return [index + 1, reason];
  }
  return null;
}

describe('EarlyStopping', () => {
  const byLoss = { patience: 2, minDelta: 0.1, monitor: 'val_loss' } as const;

  test('continues while the loss decreases by at least min_delta', () => {
    expect(stopsAfter(byLoss, [1, 0.875, 0.75, 0.625, 0.5])).toBeNull();
  });

  test('ends after `patience` consecutive epochs without enough improvement over the best', () => {
    // 0.95 and 0.92 are below 1, but by less than 0.1: they do not move the mark.
    expect(stopsAfter(byLoss, [1, 0.95, 0.92, 0.5])).toEqual([
      3,
      'early stopping: val_loss did not get better by 0.1 for 2 epochs after 1.0000 in epoch 1',
    ]);
  });

  test('a good epoch resets the count', () => {
    expect(stopsAfter(byLoss, [1, 1, 0.5, 0.5, 0.5])?.[0]).toBe(5);
  });

  test('with min_delta 0 an equal loss is not bad', () => {
    expect(stopsAfter({ ...byLoss, minDelta: 0 }, [1, 1, 1, 1])).toBeNull();
  });

  test('a higher accuracy is better', () => {
    const byAccuracy = { patience: 1, minDelta: 0.1, monitor: 'val_accuracy' } as const;
    expect(stopsAfter(byAccuracy, [0.25, 0.375, 0.5])).toBeNull();
    expect(stopsAfter(byAccuracy, [0.5, 0.45])).toEqual([
      2,
      'early stopping: val_accuracy did not get better by 0.1 for 1 epoch after 0.5000 in epoch 1',
    ]);
  });
});
