import type { EpochPlace } from './operation-metrics.js';

/** The query `after` of points: `0.12`, or `1.12,2.9`. */
export const AFTER_PATTERN = /^\d{1,15}\.\d{1,15}(,\d{1,15}\.\d{1,15}){0,999}$/;

/**
 * The last epoch of each seed that a reader of points has; seed 0 in a training with one seed. Seeds train in parallel, so no single place
 * separates the known points from the later ones.
 */
export class LastEpochs {
  private readonly epochs = new Map<number, number>();

  /** @param points that the reader has, in order within each seed */
  constructor(points: readonly EpochPlace[] = []) {
    this.add(points);
  }

  /** @param after as in the query; it matches {@link AFTER_PATTERN} */
  static parse(after: string | undefined): LastEpochs {
    const places = (after?.split(',') ?? []).map((place) => {
      const [seed = 0, epoch = 0] = place.split('.').map(Number);
      return { seed, epoch };
    });
    return new LastEpochs(places);
  }

  /** Adds points that the reader has received. @param points in order within each seed */
  add(points: readonly EpochPlace[]): void {
    for (const { seed, epoch } of points) this.epochs.set(seed ?? 0, epoch);
  }

  /** As in the query; `undefined`: the reader has no points. */
  get after(): string | undefined {
    if (this.epochs.size === 0) return undefined;
    return [...this.epochs].map(([seed, epoch]) => `${seed}.${epoch}`).join(',');
  }

  /**
   * The points that the reader lacks. If the reader has more epochs of a seed than these points, the training has resumed from an
   * earlier epoch: the reader gets all points of this seed.
   */
  later<Point extends EpochPlace>(points: readonly Point[]): Point[] {
    const newest = new Map(points.map(({ seed, epoch }) => [seed ?? 0, epoch]));
    return points.filter(({ seed, epoch }) => {
      const last = this.epochs.get(seed ?? 0) ?? -Infinity;
      return epoch > last || last > newest.get(seed ?? 0)!;
    });
  }
}
