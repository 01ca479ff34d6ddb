import { describe, expect, test } from '@jest/globals';
import type { TrainingResult } from '@ktrdr/contracts';
import {
  bestPoint,
  curvesOf,
  lastEpochs,
  pointsOfResult,
  seedsOf,
  smooth,
  type CurvePoint,
  type CurveView,
} from './curve-data.js';

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

const view = (changes: Partial<CurveView> = {}): CurveView => ({
  metric: 'loss',
  smoothing: 0,
  part: 'both',
  seeds: 'each',
  ...changes,
});
const seedName = (seed: number): string => `seed ${41 + seed}`;

describe('the curves of a training', () => {
  test('are a dashed line for training and a line for validation', () => {
    const { x, curves } = curvesOf([point(1, 0.9), point(2, 0.7)], view());
    expect(x).toEqual([1, 2]);
    expect(curves.map(({ name, isDashed, series }) => [name, isDashed ?? false, series])).toEqual([
      ['train', true, 1],
      ['validation', false, 2],
    ]);
    expect(curves[1]!.values).toEqual([0.9, 0.7]);
  });

  test('leave out a line without values', () => {
    expect(curvesOf([point(1, 0.9)], view({ metric: 'accuracy' })).curves).toEqual([]);
  });

  test('of a few seeds have a colour each, and gaps where a seed stopped sooner', () => {
    const points = [point(1, 0.9, 1), point(2, 0.8, 1), point(1, 0.7, 2)];
    expect(seedsOf(points)).toEqual([1, 2]);
    const { curves } = curvesOf(points, view(), seedName);
    expect(curves.map(({ name, series }) => [name, series])).toEqual([
      ['train, seed 42', 1],
      ['train, seed 43', 2],
      ['validation, seed 42', 1],
      ['validation, seed 43', 2],
    ]);
    expect(curves[3]!.values).toEqual([0.7, null]);
  });

  /** Seed 3 is the best of 16, and stops first. */
  const many = Array.from({ length: 16 }, (_, index) => index + 1).flatMap((seed) =>
    [1, 2, 3]
      .filter((epoch) => seed !== 3 || epoch < 3)
      .map((epoch) => point(epoch, seed === 3 ? 0.1 : seed + epoch, seed)),
  );

  test('of 16 seeds are two means with their ranges, and the best seed', () => {
    const { curves, best, ranges } = curvesOf(many, view({ seeds: 'mean' }), seedName);
    expect(curves.map(({ name, series, isDashed }) => [name, series, isDashed])).toEqual([
      ['train, mean', 1, true],
      ['validation, mean', 2, false],
    ]);
    expect(best.map(({ name, values }) => [name, values])).toEqual([
      ['validation, best: seed 44', [0.1, 0.1, null]],
    ]);
    expect(ranges[1]).toEqual({ low: [0.1, 0.1, 4], high: [17, 18, 19], series: 2 });
    expect(curves[1]!.values[2]).toBeCloseTo((136 - 3) / 15 + 3, 10);
    expect(curves[1]!.notes).toEqual(['16 of 16 seeds', '16 of 16 seeds', '15 of 16 seeds']);
  });

  test('of each of 16 seeds have one entry in the legend for training and one for validation', () => {
    const { curves, best } = curvesOf(many, view(), seedName);
    expect(curves).toHaveLength(32);
    expect([...new Set([...curves, ...best].map(({ name, group }) => group ?? name))]).toEqual([
      'train, each seed',
      'validation, each seed',
      'validation, best: seed 44',
    ]);
    expect(curves.slice(15, 18).map(({ name }) => name)).toEqual([
      'train, seed 57',
      'validation, seed 42',
      'validation, seed 43',
    ]);
  });

  test('are those of one part', () => {
    const names = (part: CurveView['part']): string[] => {
      const { curves, best } = curvesOf(many, view({ seeds: 'mean', part }), seedName);
      return [...curves, ...best].map(({ name }) => name);
    };
    expect(names('train')).toEqual(['train, mean']);
    expect(names('validation')).toEqual(['validation, mean', 'validation, best: seed 44']);
    // there is one for both
    expect(curvesOf(many, view({ metric: 'learning_rate', part: 'train' })).curves).not.toEqual([]);
  });

  test('have a faint line behind a smoothed one', () => {
    const { curves } = curvesOf([point(1, 1), point(2, 0)], view({ smoothing: 0.5 }));
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

  test('end where their seed stopped', () => {
    expect([...lastEpochs(many)].slice(1, 4)).toEqual([
      [2, 3],
      [3, 2],
      [4, 3],
    ]);
    expect([...lastEpochs([point(1, 0.9), point(2, 0.7)])]).toEqual([[null, 2]]);
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
