import { MOST_METRIC_POINTS, type EpochPlace, type MetricPoint } from '@ktrdr/contracts';

/** How stored points change: `removed` first, then `added`, which also replace points at the same place. */
export interface MetricsChange {
  added: readonly MetricPoint[];
  removed: readonly EpochPlace[];
}

/** Fewer points than this were never thinned, or the rest will be thinned again. */
const SURELY_THINNED = MOST_METRIC_POINTS / 4;
const MOST_STRIDE = 2 ** 40;
/** New points are put in order at the latest when there are this many. */
const MOST_ADDED = 500;

/**
 * The points of one operation, by seed and epoch. If there are too many, only every second epoch is kept, then every fourth, and so
 * on; the first, the best and the last of each seed always stay.
 */
export class MetricSeries {
  private readonly stored = new Map<string, MetricPoint>();
  private all: readonly MetricPoint[];
  private readonly added: MetricPoint[] = [];
  /** Epochs `1`, `1 + stride`, `1 + 2 * stride` ... are kept. */
  private stride: number;
  private changed = false;

  /** @param stored in order */
  constructor(stored: readonly MetricPoint[]) {
    this.all = stored;
    this.stride = strideOf(stored);
    for (const point of stored) this.stored.set(keyOf(point), point);
  }

  get points(): readonly MetricPoint[] {
    this.takeAdded();
    return this.all;
  }

  /**
   * Adds points. Each one replaces those of its seed at its epoch and after: a run that resumed computes these epochs again. Seeds that
   * train in parallel report their epochs in any order.
   */
  add(points: readonly MetricPoint[]): void {
    this.added.push(...points);
    if (this.added.length >= MOST_ADDED) this.takeAdded();
  }

  /** True if the store may lack points. {@link unstored} returns them, but has to compare all points. */
  get mayHaveNew(): boolean {
    return this.changed || this.added.length > 0;
  }

  /** What the store lacks; `null` if nothing. */
  unstored(): MetricsChange | null {
    this.takeAdded();
    if (!this.changed) return null;
    const added = this.all.filter((point) => !isSame(point, this.stored.get(keyOf(point))));
    const kept = new Set(this.all.map(keyOf));
    const removed = [...this.stored].filter(([key]) => !kept.has(key)).map(([, point]) => point);
    this.changed = added.length > 0 || removed.length > 0;
    return this.changed ? { added, removed } : null;
  }

  /** The store has made this change. */
  wasStored({ added, removed }: MetricsChange): void {
    for (const place of removed) this.stored.delete(keyOf(place));
    for (const point of added) this.stored.set(keyOf(point), point);
  }

  private takeAdded(): void {
    if (this.added.length === 0) return;
    this.changed = true;
    const seeds = new Map<number, MetricPoint[]>();
    for (const point of this.all) pointsOfSeed(seeds, point).push(point);
    for (const point of this.added.splice(0)) {
      const own = pointsOfSeed(seeds, point);
      while (own.length > 0 && own.at(-1)!.epoch >= point.epoch) own.pop();
      own.push(point);
    }
    this.all = [...seeds].toSorted(([one], [other]) => one - other).flatMap(([, own]) => own);
    if (this.stride > 1) this.thin();
    while (this.all.length > MOST_METRIC_POINTS && this.stride < MOST_STRIDE) {
      this.stride *= 2;
      this.thin();
    }
    // more seeds than any training has
    this.all = this.all.slice(-MOST_METRIC_POINTS);
  }

  private thin(): void {
    const kept = alwaysKept(this.all);
    this.all = this.all.filter((point) => (point.epoch - 1) % this.stride === 0 || kept.has(point));
  }
}

/** The list of the point's seed in `seeds`; a new, empty one if it has none. */
function pointsOfSeed(seeds: Map<number, MetricPoint[]>, { seed }: EpochPlace): MetricPoint[] {
  const known = seeds.get(seed ?? 0);
  if (known !== undefined) return known;
  const own: MetricPoint[] = [];
  seeds.set(seed ?? 0, own);
  return own;
}

/** Orders by seed and epoch. */
function comparePlaces(a: EpochPlace, b: EpochPlace): number {
  return (a.seed ?? 0) - (b.seed ?? 0) || a.epoch - b.epoch;
}

/** A change of stored points, applied to them. */
export function changedMetrics(
  points: readonly MetricPoint[],
  { added, removed }: MetricsChange,
): MetricPoint[] {
  const left = new Set([...removed, ...added].map(keyOf));
  return [...points.filter((point) => !left.has(keyOf(point))), ...added].toSorted(comparePlaces);
}

function keyOf({ seed, epoch }: EpochPlace): string {
  return `${seed ?? 0} ${epoch}`;
}

function isSame(a: MetricPoint, b: MetricPoint | undefined): boolean {
  return b !== undefined && (Object.keys(a) as (keyof MetricPoint)[]).every((key) => a[key] === b[key]);
}

/** The first, the best and the last point of each seed. */
function alwaysKept(points: readonly MetricPoint[]): ReadonlySet<MetricPoint> {
  const kept = new Set<MetricPoint>();
  let best: MetricPoint | null = null;
  points.forEach((point, index) => {
    const isFirst = points[index - 1]?.seed !== point.seed;
    if (isFirst) best = null;
    if (point.val_loss !== null && (best === null || point.val_loss < best.val_loss!)) best = point;
    const isLast = points[index + 1]?.seed !== point.seed;
    if (isFirst || isLast) kept.add(point);
    if (isLast && best !== null) kept.add(best);
  });
  return kept;
}

/** The stride of stored points: the largest power of two that fits all that are not always kept. */
function strideOf(points: readonly MetricPoint[]): number {
  if (points.length < SURELY_THINNED) return 1;
  const kept = alwaysKept(points);
  const others = points.filter((point) => !kept.has(point));
  let stride = 1;
  while (stride < MOST_STRIDE && others.every(({ epoch }) => (epoch - 1) % (2 * stride) === 0)) stride *= 2;
  return stride;
}
