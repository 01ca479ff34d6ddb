import type { Clock } from '@ktrdr/orchestrator';
import type { HeldJob } from './held-job.js';
import type { JobMessage } from './messages.js';

/** Time that a message waits for its job, ms. */
const KEPT_MS = 2_000;
const MOST = 100;

/**
 * Messages for jobs that a worker does not have yet: followers learn that a job is taken when the worker does, so their message can
 * arrive before the job. Most are for jobs that have ended.
 */
export class EarlyMessages {
  /** Ordered by their arrival. */
  private readonly messages = new Map<string, { message: JobMessage; at: number }>();

  constructor(private readonly clock: Clock) {}

  keep(jobId: string, message: JobMessage): void {
    const { messages } = this;
    messages.delete(jobId);
    messages.set(jobId, { message, at: this.clock.monotonic() });
    const [oldest] = messages.keys();
    if (messages.size > MOST && oldest !== undefined) messages.delete(oldest);
  }

  giveTo(held: Pick<HeldJob<unknown, unknown>, 'id' | 'receive'>): void {
    const kept = this.messages.get(held.id);
    if (kept === undefined) return;
    this.messages.delete(held.id);
    if (this.clock.monotonic() - kept.at <= KEPT_MS) held.receive(kept.message);
  }
}
