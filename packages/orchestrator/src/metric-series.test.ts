import { describe, expect, test } from '@jest/globals';
import { MOST_METRIC_POINTS, type MetricPoint } from '@ktrdr/contracts';
import fc from 'fast-check';
import { changedMetrics, MetricSeries } from './metric-series.js';

function point(epoch: number, change: Partial<MetricPoint> = {}): MetricPoint {
  return {
    attempt: 1,
    seed: null,
    epoch,
    at: '2026-01-05T10:00:00.000Z',
    train_loss: 1 / epoch,
    val_loss: 1 / epoch,
    train_accuracy: 0.5,
    val_accuracy: 0.5,
    learning_rate: 0.001,
    samples_per_second: 100,
    ...change,
  };
}

const points = (from: number, to: number, change: Partial<MetricPoint> = {}): MetricPoint[] =>
  Array.from({ length: to - from + 1 }, (_, index) => point(from + index, change));

const epochsOf = ({ points: all }: MetricSeries): number[] => all.map(({ epoch }) => epoch);

describe('a series', () => {
  test('keeps up to a thousand points as they are', () => {
    const series = new MetricSeries([]);
    series.add(points(1, MOST_METRIC_POINTS));
    expect(series.points).toEqual(points(1, MOST_METRIC_POINTS));
  });

  test('of more keeps every second one, then every fourth, and always the first, the best and the last', () => {
    const best = 778;
    const series = new MetricSeries([]);
    for (let epoch = 1; epoch <= 3_001; epoch += 1)
      series.add([point(epoch, { val_loss: epoch === best ? 0.1 : 1 })]);
    const even = Array.from({ length: 751 }, (_, index) => 1 + 4 * index);
    expect(epochsOf(series)).toEqual([...even, best].toSorted((a, b) => a - b));
    series.add([point(3_002, { val_loss: 1 })]);
    expect(epochsOf(series).at(-1)).toBe(3_002);
    series.add([point(3_003, { val_loss: 0.05 }), point(3_004, { val_loss: 1 })]);
    expect(epochsOf(series)).not.toContain(best);
    expect(epochsOf(series).slice(-3)).toEqual([3_001, 3_003, 3_004]);
  });

  test('a resume keeps the epochs before, and computes the others again without duplicates', () => {
    const series = new MetricSeries(points(1, 10));
    series.add(points(7, 8, { attempt: 2 }));
    expect(series.points).toEqual([...points(1, 6), ...points(7, 8, { attempt: 2 })]);
  });

  test('seeds follow each other', () => {
    const series = new MetricSeries([]);
    series.add([...points(1, 2, { seed: 1 }), ...points(1, 2, { seed: 2 })]);
    series.add(points(2, 2, { seed: 2, attempt: 2 }));
    expect(series.points.map(({ seed, epoch, attempt }) => [seed, epoch, attempt])).toEqual([
      [1, 1, 1],
      [1, 2, 1],
      [2, 1, 1],
      [2, 2, 2],
    ]);
  });

  test('seeds that train in parallel keep all their points, whatever the order of the reports', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 60 }),
        fc.boolean(),
        (order, isStored) => {
          const reached = new Map<number, number>();
          let stored: MetricPoint[] = [];
          let series = new MetricSeries([]);
          for (const seed of order) {
            const epoch = (reached.get(seed) ?? 0) + 1;
            reached.set(seed, epoch);
            series.add([point(epoch, { seed })]);
            if (!isStored) continue;
            stored = changedMetrics(stored, series.unstored()!);
            series = new MetricSeries(stored);
          }
          expect(series.points).toEqual(
            [1, 2, 3, 4].flatMap((seed) => points(1, reached.get(seed) ?? 0, { seed })),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a resume replaces later epochs only of the seed that computes them again', () => {
    const series = new MetricSeries([...points(1, 5, { seed: 1 }), ...points(1, 4, { seed: 2 })]);
    series.add(points(3, 3, { seed: 1, attempt: 2 }));
    expect(series.points.map(({ seed, epoch, attempt }) => [seed, epoch, attempt])).toEqual([
      [1, 1, 1],
      [1, 2, 1],
      [1, 3, 2],
      [2, 1, 1],
      [2, 2, 1],
      [2, 3, 1],
      [2, 4, 1],
    ]);
  });

  test('the same points again change nothing', () => {
    const series = new MetricSeries(points(1, 20));
    series.add(points(5, 20));
    expect(series.unstored()).toBeNull();
  });

  test('more seeds than any training has are bounded too', () => {
    const series = new MetricSeries([]);
    series.add(Array.from({ length: 3_000 }, (_, seed) => point(1, { seed: seed + 1 })));
    expect(series.points).toHaveLength(MOST_METRIC_POINTS);
  });
});

/** Stretches of epochs of a run that is resumed now and then. */
const stretches = fc.array(
  fc.record({
    back: fc.integer({ min: 0, max: 300 }),
    length: fc.integer({ min: 1, max: 900 }),
    stored: fc.boolean(),
    restarted: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

test('points stay in order, evenly thinned and equal to the stored ones, however a training is resumed, stored and taken over', () => {
  fc.assert(
    fc.property(stretches, fc.integer({ min: 3, max: 50 }), (all, step) => {
      let stored: MetricPoint[] = [];
      let series = new MetricSeries([]);
      let reached = 0;
      const store = (): void => {
        const change = series.unstored();
        if (change === null) return;
        stored = changedMetrics(stored, change);
        series.wasStored(change);
      };
      for (const [attempt, { back, length, stored: isStored, restarted }] of all.entries()) {
        const from = Math.max(0, reached - back);
        reached = from + length;
        for (let epoch = from + 1; epoch <= reached; epoch += step)
          series.add(points(epoch, Math.min(epoch + step - 1, reached), { attempt: attempt + 1 }));
        if (isStored || restarted) store();
        expect(isStored ? stored : series.points).toEqual(series.points);
        if (restarted) series = new MetricSeries(stored);
      }
      const epochs = epochsOf(series);
      expect(epochs.length).toBeLessThanOrEqual(MOST_METRIC_POINTS);
      expect([epochs[0], epochs.at(-1)]).toEqual([1, reached]);
      const gaps = epochs.slice(1).map((epoch, index) => epoch - epochs[index]!);
      expect(Math.min(1, ...gaps)).toBe(1);
      expect(Math.max(1, ...gaps)).toBeLessThanOrEqual(4 * Math.ceil(reached / MOST_METRIC_POINTS));
    }),
    { numRuns: 25 },
  );
});
