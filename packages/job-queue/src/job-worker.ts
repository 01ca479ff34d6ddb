import { DelayedError, type Job, type Queue, type Worker } from 'bullmq';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { EarlyMessages } from './early-messages.js';
import { isKnownWithoutReport } from './first-deliveries.js';
import { HeldJob, type WorkedJob } from './held-job.js';
import { topicOfWorker, type MessageForJob, type QueuedJob, type QueueReader } from './messages.js';
import { Outage, reasonOf } from './outage.js';
import { QueueConnection } from './queue-connection.js';
import type { QueueMessages } from './queue-messages.js';
import { OrComplain } from './read-or-complain.js';
import { TakenJob } from './taken-job.js';
import { within } from './within.js';
import { WorkerAnnouncements } from './worker-announcements.js';

/**
 * Shares of the lease: duration of a lock, and interval of the check for expired locks. Two checks detect a lost job.
 */
const LOCK_SHARE = 0.4;
const RENEWALS_PER_LOCK = 4;
const STALLED_CHECK_SHARE = 0.2;
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
  private readonly early: EarlyMessages;
  private readonly connection: QueueConnection;
  private readonly worker: Worker;
  private readonly queue: Queue;
  private readonly messages: QueueMessages;
  private readonly orComplain: OrComplain;
  private readonly announcements: WorkerAnnouncements<TDescription>;
  /** Deadline for the queue's responses while stopping, monotonic ms; `null` before. */
  private stopsBy: number | null = null;
  private readonly outage: Outage;
  private started = false;
  /** Last connection error before the start. */
  private startError: unknown = null;

  constructor(private readonly parts: JobWorkerParts<TData, TReport, TOutcome, TDescription>) {
    const connection = new QueueConnection(parts.url, parts.queue, parts.clock);
    this.orComplain = new OrComplain(parts.logger);
    this.outage = new Outage(parts.clock);
    this.early = new EarlyMessages(parts.clock);
    this.connection = connection;
    const lockDuration = Math.round(parts.leaseMs * LOCK_SHARE);
    this.queue = connection.queue();
    this.worker = connection.worker((job, token) => this.process(job, token ?? ''), {
      name: parts.name,
      concurrency: parts.concurrency,
      lockDuration,
      lockRenewTime: Math.round(lockDuration / RENEWALS_PER_LOCK),
      stalledInterval: Math.round(parts.leaseMs * STALLED_CHECK_SHARE),
      maxStalledCount: MAX_LOSSES,
      runRetryDelay: RETRY_MS,
      drainDelay: 1,
      autorun: false,
    });
    this.messages = connection.messages(this.queue, this.worker, (error) => this.onConnectionError(error));
    this.announcements = new WorkerAnnouncements({
      messages: this.messages,
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
  }

  /** Starts to take jobs. Rejects with the reason if the queue is unreachable. */
  async start(): Promise<void> {
    const parts = [this.worker, this.queue];
    try {
      await within(Promise.all(parts.map((part) => part.waitUntilReady())), RESPONSE_TIMEOUT_MS);
      await within(this.listen(), RESPONSE_TIMEOUT_MS);
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
    if (this.outage.since !== null) this.connection.abandon();
    while (this.held.size > 0) await this.parts.clock.sleep(IDLE_CHECK_MS);
    if (this.outage.since === null) await this.announcements.sayGoodbye(this.parts.name);
    this.connection.abandon();
    const parts = Promise.allSettled([closed, this.queue.close(), this.messages.close()]);
    await within(parts, this.answerMs).catch((error: unknown) => this.onConnectionError(error));
  }

  private get answerMs(): number {
    if (this.stopsBy === null) return RESPONSE_TIMEOUT_MS;
    return Math.max(this.stopsBy - this.parts.clock.monotonic(), STOP_MS.anAnswer);
  }

  private async process(bullJob: Job<QueuedJob<TData>>, token: string): Promise<TOutcome> {
    const { clock, leaseMs, name, logger, reader } = this.parts;
    const { queue } = this;
    const job = new TakenJob(bullJob, {
      token,
      worker: name,
      queue,
      clock,
      logger,
      answerMs: () => this.answerMs,
    });
    // a job that is not valid fails with the field that is wrong
    const { data } = reader.job(bullJob.data);
    if (!(await job.mayRun({ isLeft: this.held.has(job.id) }))) throw new DelayedError();
    const held = new HeldJob<TData, TReport>({
      id: job.id,
      data,
      delivery: job.delivery,
      worker: name,
      isKnown: isKnownWithoutReport(bullJob.name, job.delivery),
      lockMs: leaseMs * LOCK_SHARE,
      clock,
      send: (report) => job.report(report),
    });
    this.held.set(job.id, held);
    if (this.stopsBy !== null) held.stopForWorker();
    try {
      const begun = held.untilBegun();
      this.early.giveTo(held);
      await begun;
      const outcome = await this.parts.work(held);
      held.throwIfGone();
      return outcome;
    } catch (error) {
      if (!held.isGone) throw error;
      throw held.isUnwanted ? await job.drop() : await job.returnToQueue(held.whyGone);
    } finally {
      held.end();
      this.held.delete(job.id);
    }
  }

  /** Receives the messages for all jobs of this worker. */
  private async listen(): Promise<void> {
    await this.messages.subscribe(topicOfWorker(this.parts.name), (told) => {
      const { job, message } = (told ?? {}) as Partial<MessageForJob>;
      const read = this.orComplain.read(this.parts.reader.message, message);
      if (read === null) return;
      const held = this.held.get(String(job));
      if (held === undefined) this.early.keep(String(job), read);
      else held.receive(read);
    });
  }

  /** Logs an outage once, at its beginning. */
  private onConnectionError(error: unknown): void {
    if (!this.started) {
      this.startError = error;
      return;
    }
    if (this.outage.failed())
      this.parts.logger.error('the queue cannot be used', { reason: reasonOf(error) });
  }

  private recovered(): void {
    const seconds = this.outage.answered();
    if (seconds !== null) this.parts.logger.info('the queue can be used again', { away_s: seconds });
  }
}
