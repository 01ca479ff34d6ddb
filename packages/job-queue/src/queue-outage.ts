import { KtrdrError } from '@ktrdr/contracts';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { reasonOf, secondsSince } from './outage.js';

/** Whether the queue responds. Logs the beginning and the end of an outage once. */
export class QueueOutage {
  /** Start of the current outage, monotonic ms; `null` while the queue responds. */
  private startedAt: number | null = null;
  /** The first error that says more than "no response". */
  private cause: unknown = null;

  constructor(private readonly parts: { clock: Clock; logger: OrchestratorLogger }) {}

  get since(): number | null {
    return this.startedAt;
  }

  /** @returns start of the outage, monotonic ms, and whether it begins now */
  begin(error: unknown): { since: number; isNew: boolean } {
    const { logger, clock } = this.parts;
    const isNew = this.startedAt === null;
    if (isNew) {
      logger.error('the queue cannot be reached', { reason: reasonOf(error) });
      this.cause = error;
    }
    this.startedAt ??= clock.monotonic();
    if (this.cause instanceof KtrdrError) this.cause = error;
    return { since: this.startedAt, isNew };
  }

  end(): void {
    if (this.startedAt === null) return;
    const { logger, clock } = this.parts;
    logger.info('the queue can be reached again', { away_s: secondsSince(this.startedAt, clock) });
    this.startedAt = null;
  }

  /** The error of a request. A rejected or timed-out request does not say why there is no connection: the outage's cause does. */
  errorOf(error: unknown): KtrdrError {
    const cause = this.startedAt === null ? error : this.cause;
    if (cause instanceof KtrdrError) return cause;
    const why = reasonOf(cause);
    return new KtrdrError('queue_unreachable', `The training queue cannot be reached (${why}).`, { cause });
  }
}
