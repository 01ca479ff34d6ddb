import { DelayedError, WaitingError, type Job, type Queue, type Relay, type Worker } from 'bullmq';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { HeldJob, type WorkedJob } from './held-job.js';
import { topicOfJob, type JobReport, type QueuedJob, type QueueReader } from './messages.js';
import { reasonOf, secondsSince } from './outage.js';
import { QueueConnection } from './queue-connection.js';
import { OrComplain } from './read-or-complain.js';
import { isUsersTurn } from './user-turn.js';
import { within } from './within.js';
import { WorkerAnnouncements } from './worker-announcements.js';

/**
 * Shares of the lease: duration of a lock, and interval of the check for expired locks. Two checks detect a lost job.
 */
const LOCK_SHARE = 0.4;
const RENEWALS_PER_LOCK = 4;
const STALLED_CHECK_SHARE = 0.2;
/**
 * Delay before a held job is tried again, ms. It grows with the number of held jobs, so that workers try about ten per
 * second even if one user has queued hundreds. The maximum bounds the delay for other users.
 */
const HELD_DELAY_MS = { least: 500, perHeld: 100, most: 30_000 };
/** A job fails after losing its worker this often, because it may be the cause. */
const MAX_LOSSES = 10;
/** Timeout of a request to the queue, ms. */
const RESPONSE_TIMEOUT_MS = 5_000;
/**
 * Time a stopping worker waits for the queue, ms: in total, and at least for each response. Keeps the service's stop
 * deadline.
 */
const STOP_MS = { inAll: 5_000, anAnswer: 1_000 };
/** Delay before a failed request is retried, ms. */
const RETRY_MS = 1_000;
/** Interval at which a stopping worker checks whether its jobs have ended, ms. */
const IDLE_CHECK_MS = 20;
/** Ended jobs are kept this long for their followers, s. */
const RETENTION_S = { age: 24 * 3_600, count: 100_000 };

/** What a `JobWorker` needs. */
export interface JobWorkerParts<TData, TReport, TOutcome, TDescription> {
  reader: QueueReader<TData, TReport, TOutcome, TDescription>;
  url: string;
  queue: string;
  /** Unique among the workers of the queue. */
  name: string;
  /** Maximum number of jobs at a time. */
  concurrency: number;
  /**
   * A worker without connection for this long loses its jobs to others, ms. All workers of a queue need the same value.
   */
  leaseMs: number;
  clock: Clock;
  logger: OrchestratorLogger;
  /** Description of the worker for the list of workers. */
  describe: () => Promise<TDescription>;
  /** Does a job. An error fails the job. Must not settle before all computation has stopped. */
  work: (job: WorkedJob<TData, TReport>) => Promise<TOutcome>;
}

/**
 * Takes jobs from a queue and does them. Each job has a lock; a worker that loses it stops the work, and another worker
 * takes the job.
 */
export class JobWorker<TData, TReport, TOutcome, TDescription> {
  private readonly held = new Map<string, HeldJob<TData, TReport>>();
  private readonly connection: QueueConnection;
  private readonly worker: Worker;
  private readonly queue: Queue;
  private readonly relay: Relay;
  private readonly orComplain: OrComplain;
  private readonly announcements: WorkerAnnouncements<TDescription>;
  /** Deadline for the queue's responses while stopping, monotonic ms; `null` before. */
  private stopsBy: number | null = null;
  /** Start of the current outage, monotonic ms; `null` while the queue is usable. */
  private outageSince: number | null = null;
  private started = false;
  /** Last connection error before the start. */
  private startError: unknown = null;

  constructor(private readonly parts: JobWorkerParts<TData, TReport, TOutcome, TDescription>) {
    const connection = new QueueConnection(parts.url, parts.queue, parts.clock);
    this.orComplain = new OrComplain(parts.logger);
    this.connection = connection;
    const lockDuration = Math.round(parts.leaseMs * LOCK_SHARE);
    this.queue = connection.queue();
    this.relay = connection.relay(parts.name);
    this.worker = connection.worker((job, token) => this.process(job, token ?? ''), {
      name: parts.name,
      concurrency: parts.concurrency,
      lockDuration,
      lockRenewTime: Math.round(lockDuration / RENEWALS_PER_LOCK),
      stalledInterval: Math.round(parts.leaseMs * STALLED_CHECK_SHARE),
      maxStalledCount: MAX_LOSSES,
      runRetryDelay: RETRY_MS,
      drainDelay: 1,
      removeOnComplete: RETENTION_S,
      removeOnFail: RETENTION_S,
      autorun: false,
    });
    this.announcements = new WorkerAnnouncements({
      relay: this.relay,
      clock: parts.clock,
      describe: async () => ({
        name: parts.name,
        jobs: this.jobs,
        concurrency: parts.concurrency,
        description: await parts.describe(),
      }),
      onAnnounced: () => this.recovered(),
      onError: (error) => this.onConnectionError(error),
    });
    this.worker.on('locksRenewed', ({ jobIds }) => {
      for (const jobId of jobIds) this.held.get(jobId)?.renewed();
    });
    this.worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds)
        this.held.get(jobId)?.lose('another worker has the job, or its lock has expired');
    });
    this.worker.on('error', (error) => this.onConnectionError(error));
    this.worker.on('ready', () => this.recovered());
    this.queue.on('error', (error: Error) => this.onConnectionError(error));
    this.relay.on('error', (error: Error) => this.onConnectionError(error));
  }

  /** Starts to take jobs. Rejects with the reason if the queue is unreachable. */
  async start(): Promise<void> {
    const parts = [this.worker, this.queue, this.relay];
    try {
      await within(Promise.all(parts.map((part) => part.waitUntilReady())), RESPONSE_TIMEOUT_MS);
    } catch (error) {
      throw this.startError ?? error;
    }
    this.started = true;
    void this.worker.run().catch((error: unknown) => this.onConnectionError(error));
    this.announcements.start();
  }

  /** Ids of the jobs that this worker has. */
  get jobs(): string[] {
    return [...this.held.keys()];
  }

  /** Takes no more jobs and returns its jobs to the queue. Resolves when all work has stopped. */
  async stop(): Promise<void> {
    this.stopsBy = this.parts.clock.monotonic() + STOP_MS.inAll;
    this.announcements.stop();
    for (const held of this.held.values()) held.stopForWorker();
    const closed = this.worker.close();
    // an unreachable queue cannot take jobs back: their locks expire
    if (this.outageSince !== null) this.connection.abandon();
    while (this.held.size > 0) await this.parts.clock.sleep(IDLE_CHECK_MS);
    if (this.outageSince === null) await this.announcements.sayGoodbye(this.parts.name);
    this.connection.abandon();
    const parts = Promise.allSettled([closed, this.queue.close(), this.relay.close()]);
    await within(parts, this.answerMs).catch((error: unknown) => this.onConnectionError(error));
  }

  private get answerMs(): number {
    if (this.stopsBy === null) return RESPONSE_TIMEOUT_MS;
    return Math.max(this.stopsBy - this.parts.clock.monotonic(), STOP_MS.anAnswer);
  }

  private async process(job: Job<QueuedJob<TData>>, token: string): Promise<TOutcome> {
    const { clock, leaseMs, name } = this.parts;
    const jobId = job.id as string;
    // a job that is not valid fails with the field that is wrong
    const { data } = this.parts.reader.job(job.data);
    if (!(await this.mayRun(job, token))) throw new DelayedError();
    const held = new HeldJob<TData, TReport>({
      id: jobId,
      data,
      delivery: job.attemptsStarted,
      worker: name,
      lockMs: leaseMs * LOCK_SHARE,
      clock,
      send: (report) => within(job.updateProgress({ ...numberOf(job), ...report }), RESPONSE_TIMEOUT_MS),
    });
    this.held.set(jobId, held);
    if (this.stopsBy !== null) held.stopForWorker();
    try {
      return await this.doHeld(held);
    } catch (error) {
      if (!held.isGone) throw error;
      if (held.isUnwanted) throw await this.drop(job, token);
      throw await this.returnToQueue(job, token, held.whyGone);
    } finally {
      held.end();
      this.held.delete(jobId);
    }
  }

  /**
   * Returns false if the job was postponed. If the queue becomes unreachable meanwhile, the job is returned instead of
   * failing.
   */
  private async mayRun(job: Job<QueuedJob<TData>>, token: string): Promise<boolean> {
    const { clock } = this.parts;
    try {
      // a lost job that comes back waits until its previous work has ended
      const isLeft = this.held.has(job.id as string);
      if (!isLeft && (await this.isUsersTurn(job))) return true;
      const held = isLeft ? 0 : await within(this.queue.getDelayedCount(), RESPONSE_TIMEOUT_MS);
      const ms = Math.min(Math.max(HELD_DELAY_MS.least, held * HELD_DELAY_MS.perHeld), HELD_DELAY_MS.most);
      await within(job.moveToDelayed(clock.now() + ms, token), RESPONSE_TIMEOUT_MS);
      return false;
    } catch (error) {
      await clock.sleep(RETRY_MS);
      throw await this.returnToQueue(job, token, noResponse(error));
    }
  }

  private async doHeld(held: HeldJob<TData, TReport>): Promise<TOutcome> {
    const topic = await this.subscribe(held);
    try {
      await held.untilBegun();
      const outcome = await this.parts.work(held);
      held.throwIfGone();
      return outcome;
    } finally {
      // a worker that is no longer registered has no subscriptions
      await within(topic.unsubscribe(), this.answerMs).catch((error: unknown) =>
        this.onConnectionError(error),
      );
    }
  }

  private async subscribe(held: HeldJob<TData, TReport>): ReturnType<Relay['subscribe']> {
    const topic = topicOfJob(held.id);
    try {
      return await within(
        this.relay.subscribe<unknown>(topic, ({ data }) => {
          const message = this.orComplain.read(this.parts.reader.message, data);
          if (message !== null) held.receive(message);
        }),
        RESPONSE_TIMEOUT_MS,
      );
    } catch (error) {
      // the work has not begun
      held.lose(noResponse(error));
      await this.parts.clock.sleep(RETRY_MS);
      throw error;
    }
  }

  /**
   * Returns a job to the queue. If that fails, another worker has the job or gets it when its lock expires. The error
   * must not fail the job: BullMQ would record the failure when the queue is back, if no worker has taken the job
   * meanwhile.
   */
  private async returnToQueue(job: Job, token: string, reason: string | null): Promise<WaitingError> {
    const { logger } = this.parts;
    logger.info('a job is returned to the queue', { job_id: job.id, reason });
    try {
      await within(job.moveToWait(token), this.answerMs);
    } catch (error) {
      logger.warn('a job could not be returned; its lock will expire', {
        job_id: job.id,
        reason: reasonOf(error),
      });
    }
    return new WaitingError();
  }

  /**
   * Drops a job that nobody started: its operation has ended, or its API is down. When that API is back, it finds the
   * job missing and adds it again. If the job were returned instead, it would be the next one taken, again and again.
   */
  private async drop(job: Job, token: string): Promise<DelayedError> {
    const { logger, clock } = this.parts;
    logger.info('a job that nobody started is removed from the queue', { job_id: job.id });
    try {
      // a job that a worker has cannot be removed
      await within(job.moveToDelayed(clock.now() + HELD_DELAY_MS.most, token), this.answerMs);
      await within(this.queue.remove(job.id as string), this.answerMs);
    } catch (error) {
      logger.warn('a job could not be removed; it will be taken again', {
        job_id: job.id,
        reason: reasonOf(error),
      });
    }
    return new DelayedError();
  }

  private isUsersTurn(job: Job<QueuedJob<TData>>): Promise<boolean> {
    const { clock, name } = this.parts;
    return isUsersTurn(job, {
      clock,
      worker: name,
      active: async () =>
        (await within(this.queue.getActive(), RESPONSE_TIMEOUT_MS)) as Job<QueuedJob<unknown>>[],
      write: (report) => within(job.updateProgress(report), RESPONSE_TIMEOUT_MS),
    });
  }

  /** Logs an outage once, at its beginning. */
  private onConnectionError(error: unknown): void {
    if (!this.started) {
      this.startError = error;
      return;
    }
    if (this.outageSince !== null) return;
    this.outageSince = this.parts.clock.monotonic();
    this.parts.logger.error('the queue cannot be used', { reason: reasonOf(error) });
  }

  private recovered(): void {
    if (this.outageSince === null) return;
    const { logger, clock } = this.parts;
    logger.info('the queue can be used again', { away_s: secondsSince(this.outageSince, clock) });
    this.outageSince = null;
  }
}

function noResponse(error: unknown): string {
  return `the queue does not respond (${reasonOf(error)})`;
}

/** Keeps the job's number in its reports. */
function numberOf(job: Job): { number?: number | null } {
  const { number } = job.progress as Partial<JobReport<unknown>>;
  return number === undefined ? {} : { number };
}
