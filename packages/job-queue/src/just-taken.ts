import type { Clock } from '@ktrdr/orchestrator';
import type { FirstDelivery } from './first-deliveries.js';
import type { JobWatch } from './job-state.js';

export interface JustTakenParts {
  /** The followed jobs. */
  watches: ReadonlyMap<string, JobWatch<unknown, unknown>>;
  find: (jobIds: readonly string[]) => Promise<FirstDelivery[]>;
  clock: Clock;
  onError: (error: unknown) => void;
}

/** Tells the followers of jobs that a worker has just taken which worker that is, before it reports. */
export class JustTaken {
  /** Jobs, and when their followers last heard of them. */
  private seen = new Map<string, number>();

  constructor(private readonly parts: JustTakenParts) {}

  /** The queue says that a worker has taken a job. Jobs that are seen together are looked up together. */
  saw(jobId: string): void {
    const watch = this.parts.watches.get(jobId);
    if (watch === undefined) return;
    if (this.seen.size === 0) setImmediate(() => void this.tell());
    this.seen.set(jobId, watch.heardAt);
  }

  /** Never rejects. */
  private async tell(): Promise<void> {
    const { seen } = this;
    const { watches, find, clock, onError } = this.parts;
    this.seen = new Map();
    try {
      for (const { jobId, worker } of await find([...seen.keys()])) {
        const watch = watches.get(jobId);
        // a newer event arrived meanwhile
        if (watch === undefined || watch.heardAt !== seen.get(jobId)) continue;
        watch.heardAt = clock.monotonic();
        watch.set({ state: 'taken', delivery: 1, worker, begun: false, report: null });
      }
    } catch (error) {
      onError(error);
    }
  }
}
