import type { OperationProgress } from '@ktrdr/contracts';

/** What a renderer may read: progress without its derived fields. */
export type ProgressState = Readonly<Omit<OperationProgress, 'current_step' | 'eta_seconds' | 'started_at'>>;

/** Pure function from progress to the displayed line. */
export type ProgressRenderer = (progress: ProgressState) => string;

/** ` (host service)` if the work runs on one. */
export function hostSuffix({ context }: ProgressState): string {
  return context.host_service === true ? ' (host service)' : '';
}

/** `5/50`, or `5` if the total is unknown. */
export function position(current: number, total: number | null): string {
  return total === null ? String(current) : `${current}/${total}`;
}
