import type { MetricPoint, TrainingResult } from '@ktrdr/contracts';
import type { Curve } from '../../charts/curve.js';

/** A point of a curve; results of earlier versions do not say in which attempt it was computed. */
export type CurvePoint = Omit<MetricPoint, 'attempt' | 'at'>;

/** What a chart of a training shows. */
export const CURVE_METRICS = ['loss', 'accuracy', 'learning_rate', 'samples_per_second'] as const;
export type CurveMetric = (typeof CURVE_METRICS)[number];

interface Line {
  name: string;
  field: keyof Omit<CurvePoint, 'epoch' | 'seed'>;
  isDashed?: boolean;
}

/** The lines of each metric. Training values are dashed. */
const LINES: Readonly<Record<CurveMetric, readonly Line[]>> = {
  loss: [
    { name: 'train', field: 'train_loss', isDashed: true },
    { name: 'validation', field: 'val_loss' },
  ],
  accuracy: [
    { name: 'train', field: 'train_accuracy', isDashed: true },
    { name: 'validation', field: 'val_accuracy' },
  ],
  learning_rate: [{ name: 'learning rate', field: 'learning_rate' }],
  samples_per_second: [{ name: 'samples per second', field: 'samples_per_second' }],
};

/** The curve of a result, where the API keeps no points: results of earlier versions. */
export function pointsOfResult(result: TrainingResult | null): CurvePoint[] {
  const history = result?.training_metrics?.history;
  if (history === undefined) return [];
  return history.val_loss.map((val_loss, index) => ({
    seed: null,
    epoch: history.epochs?.[index] ?? index + 1,
    train_loss: history.train_loss[index] ?? null,
    val_loss,
    train_accuracy: history.train_accuracy[index] ?? null,
    val_accuracy: history.val_accuracy[index] ?? null,
    learning_rate: history.learning_rate?.[index] ?? null,
    samples_per_second: null,
  }));
}

/** The point with the lowest validation loss; of equal ones the first. */
export function bestPoint(points: readonly CurvePoint[]): CurvePoint | null {
  let best: CurvePoint | null = null;
  for (const point of points)
    if (point.val_loss !== null && (best?.val_loss == null || point.val_loss < best.val_loss)) best = point;
  return best;
}

/** Numbers of the seeds, from 1; empty with one seed. */
export function seedsOf(points: readonly CurvePoint[]): number[] {
  return [...new Set(points.map(({ seed }) => seed))].filter((seed) => seed !== null).sort((a, b) => a - b);
}

/**
 * Curves over the epochs. With smoothing, the raw values are faint lines behind.
 * @param smoothing 0 to 1: weight of the values before (exponential moving average)
 * @param seedName how a seed is called by its number
 */
export function curvesOf(
  points: readonly CurvePoint[],
  metric: CurveMetric,
  smoothing: number,
  seedName: (seed: number) => string = String,
): { x: number[]; curves: Curve[] } {
  const x = [...new Set(points.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const indexOf = new Map(x.map((epoch, index) => [epoch, index]));
  const seeds = seedsOf(points);
  const groups = seeds.length === 0 ? [null] : seeds;
  const curves = groups.flatMap((seed, group) =>
    LINES[metric].flatMap(({ name, field, isDashed }, line) => {
      const values: (number | null)[] = x.map(() => null);
      for (const point of points)
        if (point.seed === seed) values[indexOf.get(point.epoch) ?? 0] = point[field];
      if (values.every((value) => value === null)) return [];
      const title = seed === null ? name : `${name}, ${seedName(seed)}`;
      // one seed: a colour for each line; several: a colour for each seed
      const series = seed === null ? line + 1 : (group % 10) + 1;
      if (smoothing === 0) return [{ name: title, values, series, isDashed }];
      return [
        { name: `${title} (raw)`, values, series, isFaint: true },
        { name: title, values: smooth(values, smoothing), series, isDashed },
      ];
    }),
  );
  return { x, curves };
}

/**
 * Exponential moving average without the bias of its start, as TensorBoard smooths (Kingma and Ba 2014, section 3).
 * Gaps stay gaps.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let average = 0;
  let count = 0;
  return values.map((value) => {
    if (value === null) return null;
    count += 1;
    average = weight * average + (1 - weight) * value;
    return average / (1 - weight ** count);
  });
}
