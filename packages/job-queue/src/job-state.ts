import type { KtrdrError } from '@ktrdr/contracts';

/** State of a job, as seen by the process that follows it. */
export type JobState<TReport, TOutcome> =
  /** `ahead`: number of jobs that will be taken first; `null` if unknown. */
  | { state: 'waiting'; ahead: number | null }
  /** The job waits because its user has reached the limit of running jobs. */
  | { state: 'held' }
  /** A worker has the job. Until `begun`, the work waits for the message to begin. */
  | { state: 'taken'; delivery: number; worker: string; begun: boolean; report: TReport | null }
  | { state: 'completed'; outcome: TOutcome }
  /** `reason`: the error of the work, or why the job is not retried. `error`: the outcome that the worker has stored is not valid. */
  | { state: 'failed'; reason: string; error?: KtrdrError }
  /** The queue does not know the job: it was removed, or the queue lost its data. */
  | { state: 'missing' }
  /** The queue has not responded since `since`, monotonic ms. */
  | { state: 'unreachable'; since: number; cause: unknown };

/** Yields the states of one job to one reader. A newer state replaces one that was not read. */
export class JobWatch<TReport, TOutcome> implements AsyncIterableIterator<JobState<TReport, TOutcome>> {
  /** Time of the last update, monotonic ms. */
  heardAt = -Infinity;
  /** Time of the last update of `ahead`, monotonic ms. */
  placedAt = -Infinity;
  private newest: JobState<TReport, TOutcome> | null = null;
  private unread = false;
  private closed = false;
  private wake = () => {};

  constructor(private readonly onClose: () => void) {}

  get state(): JobState<TReport, TOutcome> | null {
    return this.newest;
  }

  set(state: JobState<TReport, TOutcome>): void {
    const last = this.newest;
    // if two workers claim the job, it belongs to the one that took it last
    if (last?.state === 'taken' && state.state === 'taken' && state.delivery < last.delivery) return;
    if (last?.state === 'completed') return;
    this.newest = state;
    this.unread = true;
    this.wake();
  }

  /** Yields the current state again. */
  remind(): void {
    this.unread ||= this.newest !== null;
    this.wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<JobState<TReport, TOutcome>>> {
    while (!this.unread && !this.closed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.closed || this.newest === null) return { done: true, value: undefined };
    this.unread = false;
    return { done: false, value: this.newest };
  }

  async return(): Promise<IteratorResult<JobState<TReport, TOutcome>>> {
    this.closed = true;
    this.wake();
    this.onClose();
    return { done: true, value: undefined };
  }
}
