import { hostSuffix, position, type ProgressRenderer } from './progress-renderer.js';

/** For operation types without a renderer of their own: `loading bars [step 2/5] (item 120/500) (host service)`. */
export const defaultProgressRenderer: ProgressRenderer = (progress) => {
  const { steps_completed, steps_total, items_processed, items_total } = progress;
  const step = steps_completed === null ? '' : ` [step ${position(steps_completed, steps_total)}]`;
  const items = items_processed === null ? '' : ` (item ${position(items_processed, items_total)})`;
  const what = progress.context.phase ?? progress.current_item ?? 'working';
  return `${what}${step}${items}${hostSuffix(progress)}`;
};
