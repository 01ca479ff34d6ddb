import { describe, expect, test } from '@jest/globals';
import type { TrainingResult } from '@ktrdr/contracts';
import { bestPoint, curvesOf, pointsOfResult, seedsOf, smooth, type CurvePoint } from './curve-data.js';

const point = (epoch: number, val_loss: number | null, seed: number | null = null): CurvePoint => ({
  seed,
  epoch,
  train_loss: 1 / epoch,
  val_loss,
  train_accuracy: null,
  val_accuracy: null,
  learning_rate: 0.001,
  samples_per_second: null,
});

describe('the curves of a training', () => {
  test('are a dashed line for training and a line for validation', () => {
    const { x, curves } = curvesOf([point(1, 0.9), point(2, 0.7)], 'loss', 0);
    expect(x).toEqual([1, 2]);
    expect(curves.map(({ name, isDashed, series }) => [name, isDashed ?? false, series])).toEqual([
      ['train', true, 1],
      ['validation', false, 2],
    ]);
    expect(curves[1]!.values).toEqual([0.9, 0.7]);
  });

  test('leave out a line without values', () => {
    expect(curvesOf([point(1, 0.9)], 'accuracy', 0).curves).toEqual([]);
  });

  test('of several seeds have a colour each, and gaps where a seed stopped sooner', () => {
    const points = [point(1, 0.9, 1), point(2, 0.8, 1), point(1, 0.7, 2)];
    expect(seedsOf(points)).toEqual([1, 2]);
    const { curves } = curvesOf(points, 'loss', 0, (seed) => `seed ${41 + seed}`);
    expect(curves.map(({ name, series }) => [name, series])).toEqual([
      ['train, seed 42', 1],
      ['validation, seed 42', 1],
      ['train, seed 43', 2],
      ['validation, seed 43', 2],
    ]);
    expect(curves[3]!.values).toEqual([0.7, null]);
  });

  test('have a faint line behind a smoothed one', () => {
    const { curves } = curvesOf([point(1, 1), point(2, 0)], 'loss', 0.5);
    expect(curves.map(({ isFaint }) => isFaint ?? false)).toEqual([true, false, true, false]);
  });

  test('are smoothed without the bias of the start', () => {
    expect(smooth([2, 2, null, 2], 0.9)).toEqual(
      [2, 2, null, 2].map((value) => (value === null ? null : expect.closeTo(value, 10))),
    );
    expect(smooth([0, 1], 0.5)).toEqual([0, expect.closeTo(2 / 3, 10)]);
  });

  test('have the first of the lowest validation losses as their best', () => {
    expect(bestPoint([point(1, null), point(2, 0.5), point(3, 0.4), point(4, 0.4)])?.epoch).toBe(3);
    expect(bestPoint([point(1, null)])).toBeNull();
  });

  test('come from the result where the API has no points', () => {
    const history = {
      train_loss: [1, 0.5],
      train_accuracy: [0.3, 0.4],
      val_loss: [2, 1],
      val_accuracy: [0.1, 0.2],
    };
    const result = { training_metrics: { history } } as unknown as TrainingResult;
    expect(pointsOfResult(result).map(({ epoch, val_loss }) => [epoch, val_loss])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(pointsOfResult(null)).toEqual([]);
  });
});
