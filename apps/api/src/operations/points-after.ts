import type { MetricPoint } from '@ktrdr/contracts';

/**
 * The points that a client lacks. Seeds train in parallel, so each seed has a last point of its own. A client that has more epochs of a
 * seed than there are has those of before a resume: it gets all points of the seed.
 * @param after `SEED.EPOCH` of the last point of each seed, separated by commas
 */
export function pointsAfter(points: readonly MetricPoint[], after: string): MetricPoint[] {
  const lastEpochs = new Map(
    after.split(',').map((place): [number, number] => {
      const [seed = 0, epoch = 0] = place.split('.').map(Number);
      return [seed, epoch];
    }),
  );
  const newest = new Map(points.map(({ seed, epoch }) => [seed ?? 0, epoch]));
  return points.filter(({ seed, epoch }) => {
    const last = lastEpochs.get(seed ?? 0) ?? 0;
    return epoch > last || last > newest.get(seed ?? 0)!;
  });
}
