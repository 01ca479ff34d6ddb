import { hostSuffix, position, type ProgressRenderer } from './progress-renderer.js';

/** `Running dummy task [iteration 5/100]`, and before the first iteration `Running dummy task: starting`. */
export const dummyProgressRenderer: ProgressRenderer = (progress) => {
  const { steps_completed, steps_total, context } = progress;
  const where =
    steps_completed === null
      ? `: ${context.phase ?? 'starting'}`
      : ` [iteration ${position(steps_completed, steps_total)}]`;
  return `Running dummy task${where}${hostSuffix(progress)}`;
};
