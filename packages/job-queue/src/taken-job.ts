import { DelayedError, WaitingError, type Job, type Queue } from 'bullmq';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import type { JobReport, QueuedJob } from './messages.js';
import { reasonOf } from './outage.js';
import { isUsersTurn } from './user-turn.js';
import { within } from './within.js';

/** Timeout of a request to the queue, ms. */
const RESPONSE_TIMEOUT_MS = 5_000;
/** Delay before a job is returned after a failed request, ms. */
const RETRY_MS = 1_000;
/**
 * Delay before a postponed job is tried again, ms. It grows with the number of postponed jobs, so that workers try about ten per
 * second even if one user has queued hundreds. The maximum bounds the delay for other users.
 */
const POSTPONED_MS = { least: 500, perJob: 100, most: 30_000 };

/** What a `TakenJob` needs. */
export interface TakenJobParts {
  /** BullMQ's proof that this worker has the lock. */
  token: string;
  /** Name of the worker. */
  worker: string;
  queue: Queue;
  clock: Clock;
  logger: OrchestratorLogger;
  /** Time that the queue has for the last request about the job, ms. A worker that stops has little. */
  answerMs: () => number;
}

/** A job that a worker has taken, as the queue sees it: the worker reports, postpones, returns or drops it. */
export class TakenJob<TData> {
  readonly id: string;
  readonly delivery: number;

  constructor(
    private readonly job: Job<QueuedJob<TData>>,
    private readonly parts: TakenJobParts,
  ) {
    this.id = job.id as string;
    this.delivery = job.attemptsStarted;
  }

  /** Resolves when the queue has the report. */
  report<TReport>(report: JobReport<TReport>): Promise<void> {
    const { number } = this.job.progress as Partial<JobReport<unknown>>;
    // followers need the job's number in each report
    const numbered = number === undefined ? report : { number, ...report };
    return within(this.job.updateProgress(numbered), RESPONSE_TIMEOUT_MS);
  }

  /**
   * Returns false if the job was postponed. If the queue becomes unreachable meanwhile, the job is returned instead of
   * failing.
   *
   * @param isLeft this worker has lost the job before, and its previous work has not ended yet
   */
  async mayRun({ isLeft }: { isLeft: boolean }): Promise<boolean> {
    const { queue, clock, token } = this.parts;
    try {
      if (!isLeft && (await this.isUsersTurn())) return true;
      const postponed = isLeft ? 0 : await within(queue.getDelayedCount(), RESPONSE_TIMEOUT_MS);
      const ms = Math.min(Math.max(POSTPONED_MS.least, postponed * POSTPONED_MS.perJob), POSTPONED_MS.most);
      await within(this.job.moveToDelayed(clock.now() + ms, token), RESPONSE_TIMEOUT_MS);
      return false;
    } catch (error) {
      await clock.sleep(RETRY_MS);
      throw await this.returnToQueue(`the queue does not respond (${reasonOf(error)})`);
    }
  }

  /**
   * Returns the job to the queue. If that fails, another worker has the job or gets it when its lock expires. The error
   * must not fail the job: BullMQ would record the failure when the queue is back, if no worker has taken the job
   * meanwhile.
   */
  async returnToQueue(reason: string | null): Promise<WaitingError> {
    const { logger, token, answerMs } = this.parts;
    logger.info('a job is returned to the queue', { job_id: this.id, reason });
    try {
      await within(this.job.moveToWait(token), answerMs());
    } catch (error) {
      logger.warn('a job could not be returned; its lock will expire', {
        job_id: this.id,
        reason: reasonOf(error),
      });
    }
    return new WaitingError();
  }

  /**
   * Drops a job that nobody started: its operation has ended, or its API is down. When that API is back, it finds the
   * job missing and adds it again. If the job were returned instead, it would be the next one taken, again and again.
   */
  async drop(): Promise<DelayedError> {
    const { logger, clock, token, queue, answerMs } = this.parts;
    logger.info('a job that nobody started is removed from the queue', { job_id: this.id });
    try {
      // a job that a worker has cannot be removed
      await within(this.job.moveToDelayed(clock.now() + POSTPONED_MS.most, token), answerMs());
      await within(queue.remove(this.id), answerMs());
    } catch (error) {
      logger.warn('a job could not be removed; it will be taken again', {
        job_id: this.id,
        reason: reasonOf(error),
      });
    }
    return new DelayedError();
  }

  private isUsersTurn(): Promise<boolean> {
    const { clock, worker, queue } = this.parts;
    return isUsersTurn(this.job, {
      clock,
      worker,
      active: async () => (await within(queue.getActive(), RESPONSE_TIMEOUT_MS)) as Job<QueuedJob<unknown>>[],
      write: (report) => within(this.job.updateProgress(report), RESPONSE_TIMEOUT_MS),
    });
  }
}
