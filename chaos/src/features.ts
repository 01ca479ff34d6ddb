import type { OperationTimeline } from '@ktrdr/contracts';
import { dataOf } from '@ktrdr/service-kit/testing';
import type { World } from './world.js';

/**
 * The features that the trainings of a run exercised: parallel seeds, walk-forward folds, a warm process that waited for a
 * training, features from the cache.
 */
export const FEATURES = ['lanes', 'folds', 'warm', 'cached'] as const;
export type Feature = (typeof FEATURES)[number];

/** What the timelines of a run's operations show. */
export async function featuresOf(world: World): Promise<Feature[]> {
  const features = new Set<Feature>();
  for (const id of world.ids) {
    const { phases } = dataOf(await world.get<OperationTimeline>(`/operations/${id}/timeline`));
    for (const attempt of new Set(phases.map((phase) => phase.attempt))) {
      const names = phases.filter((phase) => phase.attempt === attempt).map(({ phase }) => phase);
      if (names.includes('walk-forward')) features.add('folds');
      if (names.includes('training') && !names.includes('computing indicators')) features.add('cached');
    }
  }
  return [...features];
}
