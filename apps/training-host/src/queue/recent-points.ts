import type { EpochMetrics } from '@ktrdr/contracts';

/**
 * The newest points. Seeds train in parallel, so the newest points are not the last ones in the order of seeds.
 *
 * @param points by seed and epoch; the result has the same order
 * @param since ISO 8601
 * @param most maximum number
 */
export function recentPoints(points: readonly EpochMetrics[], since: string, most: number): EpochMetrics[] {
  const recent = points.filter(({ at }) => at >= since);
  const newest = new Set(recent.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(-most));
  return recent.filter((point) => newest.has(point));
}
