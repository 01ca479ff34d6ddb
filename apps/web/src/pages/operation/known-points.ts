import type { MetricPoint } from '@ktrdr/contracts';

/** Adds later points. Each replaces those of its seed at its epoch and after: a resumed run computes these epochs again. */
export function withLater(points: readonly MetricPoint[], later: readonly MetricPoint[]): MetricPoint[] {
  const firsts = new Map<number, number>();
  for (const { seed, epoch } of later.toReversed()) firsts.set(seed ?? 0, epoch);
  const kept = points.filter(({ seed, epoch }) => epoch < (firsts.get(seed ?? 0) ?? Infinity));
  return [...kept, ...later].sort(
    (one, other) => (one.seed ?? 0) - (other.seed ?? 0) || one.epoch - other.epoch,
  );
}
