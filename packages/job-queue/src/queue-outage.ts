import { KtrdrError } from '@ktrdr/contracts';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { Outage, reasonOf } from './outage.js';

/** Whether the queue responds. Logs the beginning and the end of an outage once. */
export class QueueOutage {
  private readonly outage: Outage;
  /** The first error that says more than "no response". */
  private cause: unknown = null;

  constructor(private readonly parts: { clock: Clock; logger: OrchestratorLogger }) {
    this.outage = new Outage(parts.clock);
  }

  get since(): number | null {
    return this.outage.since;
  }

  /** @returns start of the outage, monotonic ms, and whether it begins now */
  begin(error: unknown): { since: number; isNew: boolean } {
    const isNew = this.outage.failed();
    if (isNew) {
      this.parts.logger.error('the queue cannot be reached', { reason: reasonOf(error) });
      this.cause = error;
    }
    if (this.cause instanceof KtrdrError) this.cause = error;
    return { since: this.outage.since!, isNew };
  }

  /** The queue has answered. */
  end(): void {
    const seconds = this.outage.answered();
    if (seconds !== null) this.parts.logger.info('the queue can be reached again', { away_s: seconds });
  }

  /** The error of a request. A rejected or timed-out request does not say why there is no connection: the outage's cause does. */
  errorOf(error: unknown): KtrdrError {
    const cause = this.since === null ? error : this.cause;
    if (cause instanceof KtrdrError) return cause;
    const why = reasonOf(cause);
    return new KtrdrError('queue_unreachable', `The training queue cannot be reached (${why}).`, { cause });
  }
}
