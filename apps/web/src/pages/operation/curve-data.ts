import type { MetricPoint, TrainingResult } from '@ktrdr/contracts';
import type { Curve, CurveRange } from '../../charts/curve.js';
import { summaryOf, withoutGaps } from './seed-summary.js';

/** A point of a curve; results of earlier versions do not say in which attempt it was computed. */
export type CurvePoint = Omit<MetricPoint, 'attempt' | 'at'>;

/** What a chart of a training shows. */
export const CURVE_METRICS = ['loss', 'accuracy', 'learning_rate', 'samples_per_second'] as const;
export type CurveMetric = (typeof CURVE_METRICS)[number];

/** Which lines of a metric are drawn. */
export const CURVE_PARTS = ['both', 'train', 'validation'] as const;
export type CurvePart = (typeof CURVE_PARTS)[number];

/** How several seeds are drawn: their mean with the range around it, or a curve of each. */
export type SeedView = 'mean' | 'each';

/** Which curves of a training are drawn, and how. */
export interface CurveView {
  metric: CurveMetric;
  /** 0 to 1: weight of the values before (exponential moving average). */
  smoothing: number;
  part: CurvePart;
  seeds: SeedView;
}

/** Up to this number, each seed has its own colour. */
const MOST_COLOURED_SEEDS = 5;
/** Colour of the best seed among many. */
const BEST_SERIES = 3;

interface Line {
  name: string;
  field: keyof Omit<CurvePoint, 'epoch' | 'seed'>;
  part?: CurvePart;
}

/** The lines of each metric. Training values are dashed. */
const LINES: Readonly<Record<CurveMetric, readonly Line[]>> = {
  loss: [
    { name: 'train', field: 'train_loss', part: 'train' },
    { name: 'validation', field: 'val_loss', part: 'validation' },
  ],
  accuracy: [
    { name: 'train', field: 'train_accuracy', part: 'train' },
    { name: 'validation', field: 'val_accuracy', part: 'validation' },
  ],
  learning_rate: [{ name: 'learning rate', field: 'learning_rate' }],
  samples_per_second: [{ name: 'samples per second', field: 'samples_per_second' }],
};

/** True if a metric has a line for training and another for validation. */
export function hasParts(metric: CurveMetric): boolean {
  return LINES[metric].length > 1;
}

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

/** The last epoch of each seed; of a training with one seed under `null`. */
export function lastEpochs(points: readonly CurvePoint[]): Map<number | null, number> {
  const last = new Map<number | null, number>();
  for (const { seed, epoch } of points) last.set(seed, Math.max(epoch, last.get(seed) ?? 0));
  return last;
}

/** Curves over the epochs, and the ranges behind them. */
export interface DrawnCurves {
  x: number[];
  curves: Curve[];
  /** The best of several seeds, where the others have no curves of their own. */
  best: Curve[];
  ranges: CurveRange[];
}

/** A line of a metric, with the values of each seed on the common axis. */
interface SeedLines extends Line {
  series: number;
  isDashed: boolean;
  seeds: { seed: number | null; values: (number | null)[] }[];
}

/**
 * The curves of one seed, or of several. With smoothing, the raw values of one seed are faint lines behind.
 * @param seedName how a seed is called by its number
 */
export function curvesOf(
  points: readonly CurvePoint[],
  view: CurveView,
  seedName: (seed: number) => string = String,
): DrawnCurves {
  const x = [...new Set(points.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const lines = linesOf(x, points, view);
  const seeds = seedsOf(points);
  if (seeds.length <= 1)
    return { x, curves: lines.flatMap((line) => ownCurves(line, view)), best: [], ranges: [] };
  const bestSeed = bestPoint(points)?.seed ?? null;
  const best =
    bestSeed === null ? [] : lines.flatMap((line) => bestCurve(line, view, bestSeed, seedName(bestSeed)));
  if (view.seeds === 'each')
    return seeds.length > MOST_COLOURED_SEEDS
      ? { x, curves: lines.flatMap((line) => manyCurves(line, view, seedName)), best, ranges: [] }
      : {
          x,
          curves: lines.flatMap((line) => colouredCurves(line, view, seeds, seedName)),
          best: [],
          ranges: [],
        };
  const summaries = lines.map((line) => ({
    line,
    ...summaryOf(line.seeds.map(({ values }) => withoutGaps(x, smooth(values, view.smoothing)))),
  }));
  return {
    x,
    curves: summaries.map(({ line: { name, series, isDashed }, mean, counts }) => ({
      name: `${name}, mean`,
      values: mean,
      notes: counts.map((count) => `${count} of ${seeds.length} seeds`),
      series,
      isDashed,
    })),
    best,
    ranges: summaries.map(({ line: { series }, low, high }) => ({ low, high, series })),
  };
}

/** The lines of the view that have values. */
function linesOf(
  x: readonly number[],
  points: readonly CurvePoint[],
  { metric, part: shown }: CurveView,
): SeedLines[] {
  const indexOf = new Map(x.map((epoch, index) => [epoch, index]));
  return LINES[metric].flatMap((line, index) => {
    if (shown !== 'both' && line.part !== undefined && line.part !== shown) return [];
    const seeds = new Map<number | null, (number | null)[]>();
    for (const point of points) {
      let values = seeds.get(point.seed);
      if (values === undefined) seeds.set(point.seed, (values = x.map(() => null)));
      values[indexOf.get(point.epoch) ?? 0] = point[line.field];
    }
    const own = [...seeds]
      .map(([seed, values]) => ({ seed, values }))
      .filter(({ values }) => values.some((value) => value !== null));
    return own.length === 0
      ? []
      : [{ ...line, series: index + 1, isDashed: line.part === 'train', seeds: own }];
  });
}

/** The curves of a training with one seed. */
function ownCurves({ name, series, isDashed, seeds }: SeedLines, { smoothing }: CurveView): Curve[] {
  return seeds.flatMap(({ values }) => smoothed({ name, values, series, isDashed }, smoothing));
}

/** A colour for each of a few seeds. */
function colouredCurves(
  { name, isDashed, seeds }: SeedLines,
  { smoothing }: CurveView,
  all: readonly number[],
  seedName: (seed: number) => string,
): Curve[] {
  return seeds.flatMap(({ seed, values }) => {
    const curve = { name: `${name}, ${seedName(seed ?? 0)}`, values, series: all.indexOf(seed ?? 0) + 1 };
    return smoothed({ ...curve, isDashed }, smoothing);
  });
}

/** Faint curves of many seeds, with one entry in the legend. */
function manyCurves(
  { name, series, isDashed, seeds }: SeedLines,
  { smoothing }: CurveView,
  seedName: (seed: number) => string,
): Curve[] {
  return seeds.map(({ seed, values }) => ({
    name: `${name}, ${seedName(seed ?? 0)}`,
    group: `${name}, each seed`,
    values: smooth(values, smoothing),
    series,
    isDashed,
    isFaint: true,
  }));
}

/** The validation curve of the best seed; nothing of other lines. */
function bestCurve(
  { name, part, seeds }: SeedLines,
  { smoothing }: CurveView,
  best: number,
  bestName: string,
): Curve[] {
  if (part !== 'validation') return [];
  return seeds
    .filter(({ seed }) => seed === best)
    .map(({ values }) => ({
      name: `${name}, best: ${bestName}`,
      values: smooth(values, smoothing),
      series: BEST_SERIES,
    }));
}

/** A curve; with smoothing, its raw values behind it. */
function smoothed(curve: Curve, smoothing: number): Curve[] {
  if (smoothing === 0) return [curve];
  const { name, values, series } = curve;
  return [
    { name: `${name} (raw)`, values, series, isFaint: true },
    { ...curve, values: smooth(values, smoothing) },
  ];
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
