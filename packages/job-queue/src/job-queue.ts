import type { Job } from 'bullmq';
import { KtrdrError } from '@ktrdr/contracts';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { isKnownWithoutReport, nameOf } from './first-deliveries.js';
import { JobWatch, type JobState } from './job-state.js';
import { pollSilent, pollWaiting, RESPONSE_TIMEOUT_MS } from './job-polls.js';
import { JustTaken } from './just-taken.js';
import { KnownWorkers, type KnownWorker } from './known-workers.js';
import {
  topicOfWorker,
  WORKERS_TOPIC,
  type JobMessage,
  type JobReport,
  type MessageForJob,
  type QueuedJob,
  type QueueReader,
} from './messages.js';
import { OrComplain } from './read-or-complain.js';
import { QueueClient, type QueueParts } from './queue-client.js';
import { QueueConnection } from './queue-connection.js';
import { QueueOutage } from './queue-outage.js';
import { within } from './within.js';

/** Time between two polls of the followed jobs, ms. */
const POLL_MS = 1_000;
/** A reminder that is due within this time is given now: no further poll for it (ms). */
const EARLY_MS = 20;
/** Delay of the poll after a new follower, ms. Followers that start together share one poll. */
const FIRST_POLL_MS = 20;
/** The same for each followed job, ms: a poll reads all waiting jobs. */
const FIRST_POLL_MS_PER_JOB = 0.2;
/** What a `JobQueue` needs. */
export interface JobQueueParts<TData, TReport, TOutcome, TDescription> {
  reader: QueueReader<TData, TReport, TOutcome, TDescription>;
  url: string;
  queue: string;
  clock: Clock;
  logger: OrchestratorLogger;
}

/** Higher priorities are taken first; within one priority, older jobs are. */
export type JobPriority = 'low' | 'normal' | 'high';

/** BullMQ's priorities: lower numbers are taken first. */
const PRIORITIES: Record<JobPriority, number> = { high: 1, normal: 2, low: 3 };

/** Adds jobs to a queue and follows them. Any number of processes may do so, also for the same job. */
export class JobQueue<TData, TReport, TOutcome, TDescription> {
  private readonly client: QueueClient;
  private readonly watches = new Map<string, JobWatch<TReport, TOutcome>>();
  private readonly knownWorkers: KnownWorkers<TDescription>;
  private readonly outage: QueueOutage;
  private readonly orComplain: OrComplain;
  private stopTimer = () => {};
  /** Time of the next poll, monotonic ms. */
  private pollAt = Infinity;
  /** Time of the next reminder, monotonic ms. */
  private remindAt = 0;
  private polling = false;
  private readonly justTaken: JustTaken;
  private closed = false;

  constructor(private readonly parts: JobQueueParts<TData, TReport, TOutcome, TDescription>) {
    this.orComplain = new OrComplain(parts.logger);
    this.knownWorkers = new KnownWorkers(parts.clock);
    this.outage = new QueueOutage(parts);
    this.client = new QueueClient(new QueueConnection(parts.url, parts.queue, parts.clock), {
      clock: parts.clock,
      onError: (error) => this.beginOutage(error),
      listen: (opened) => this.listen(opened),
    });
    this.justTaken = new JustTaken({
      watches: this.watches,
      find: (jobIds) => within(this.client.firstDeliveries(jobIds), RESPONSE_TIMEOUT_MS),
      clock: parts.clock,
      onError: (error) => this.beginOutage(error),
    });
  }

  /** Checks that the queue responds. @throws KtrdrError `queue_unreachable` */
  async check(): Promise<void> {
    try {
      await within(this.client.queue.getJobCounts('active'), RESPONSE_TIMEOUT_MS);
    } catch (cause) {
      throw this.unreachable(cause);
    }
  }

  /**
   * Adds a job. If a job with this id exists, it stays unchanged (I12).
   *
   * @param jobId letters, digits, `_` and `-`
   * @throws KtrdrError `queue_unreachable`; the job may have been added nevertheless
   */
  async add(jobId: string, job: QueuedJob<TData>, priority: JobPriority = 'normal'): Promise<void> {
    try {
      await within(
        this.client.queue.add(nameOf(job), job, { jobId, priority: PRIORITIES[priority], attempts: 1 }),
        RESPONSE_TIMEOUT_MS,
      );
    } catch (cause) {
      throw this.unreachable(cause);
    }
  }

  /** Follows a job: yields each new state, and repeats the last one every second, until the reader leaves. */
  follow(jobId: string): JobWatch<TReport, TOutcome> {
    const watch = new JobWatch<TReport, TOutcome>(() => {
      if (this.watches.get(jobId) === watch) this.watches.delete(jobId);
    });
    const other = this.watches.get(jobId);
    this.watches.set(jobId, watch);
    void other?.return();
    this.pollIn(Math.min(POLL_MS, Math.max(FIRST_POLL_MS, this.watches.size * FIRST_POLL_MS_PER_JOB)));
    return watch;
  }

  /**
   * Sends a message to the worker that has the job. A worker that is cut off may miss it: repeat it until the job's state shows
   * that it has arrived. @throws KtrdrError `queue_unreachable`
   *
   * @param worker from the state `taken`
   */
  async tell(jobId: string, worker: string, message: JobMessage): Promise<void> {
    const told: MessageForJob = { job: jobId, message };
    try {
      await within(this.client.messages.publish(topicOfWorker(worker), told), RESPONSE_TIMEOUT_MS);
    } catch (cause) {
      throw this.unreachable(cause);
    }
  }

  /**
   * Removes a job that no worker has.
   *
   * @returns false if a worker has the job
   * @throws KtrdrError `queue_unreachable`
   */
  async remove(jobId: string): Promise<boolean> {
    try {
      return (await within(this.client.queue.remove(jobId), RESPONSE_TIMEOUT_MS)) > 0;
    } catch (cause) {
      throw this.unreachable(cause);
    }
  }

  /** Current state of the job; `missing` if the queue does not know it. @throws KtrdrError `queue_unreachable` */
  async state(jobId: string): Promise<JobState<TReport, TOutcome>> {
    try {
      const { queue } = this.client;
      // state first: a job read before its end has no outcome yet
      const state = await within(queue.getJobState(jobId), RESPONSE_TIMEOUT_MS);
      const job = await this.job(jobId);
      if (job === undefined) return { state: 'missing' };
      switch (state) {
        case 'completed':
          return this.completed(job.returnvalue);
        case 'failed':
          return { state: 'failed', reason: job.failedReason };
        case 'active': {
          const report = this.report(job.progress);
          if (report?.run === job.attemptsStarted && report.undecided !== true) return taken(report);
          // it was taken before anyone followed it
          const worker = job.processedBy;
          if (worker !== undefined && isKnownWithoutReport(job.name, job.attemptsStarted))
            return { state: 'taken', delivery: 1, worker, begun: false, report: null };
          return { state: 'waiting', ahead: null };
        }
        case 'delayed':
          return { state: 'held' };
        case 'unknown':
          return { state: 'missing' };
        default:
          return { state: 'waiting', ahead: null };
      }
    } catch (cause) {
      throw this.unreachable(cause);
    }
  }

  /** Delivery that has the job; `null` if no worker has it. @throws KtrdrError `queue_unreachable` */
  async currentDelivery(jobId: string): Promise<number | null> {
    try {
      if ((await within(this.client.queue.getJobState(jobId), RESPONSE_TIMEOUT_MS)) !== 'active') return null;
      // not from the report: a late report of an earlier delivery may have replaced the current one
      return (await this.job(jobId))?.attemptsStarted ?? null;
    } catch (cause) {
      throw this.unreachable(cause);
    }
  }

  /**
   * Workers heard recently, sorted by name. Shortly after the start, waits until all running workers have announced
   * themselves.
   *
   * @throws KtrdrError `queue_unreachable`
   */
  async workers(): Promise<KnownWorker<TDescription>[]> {
    if (!this.knownWorkers.isListening || this.outage.since !== null) await this.check();
    return this.knownWorkers.list();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopTimer();
    for (const watch of this.watches.values()) await watch.return();
    await this.client.close();
  }

  private async listen({ events, messages }: QueueParts): Promise<void> {
    const heard = (jobId: string, state: JobState<TReport, TOutcome>) => {
      const watch = this.watches.get(jobId);
      if (watch === undefined) return;
      watch.heardAt = this.parts.clock.monotonic();
      watch.set(state);
      this.outage.end();
    };
    events.on('active', ({ jobId }) => this.justTaken.saw(jobId));
    events.on('progress', ({ jobId, data }) => {
      // reports of jobs that nobody follows here need no check
      if (!this.watches.has(jobId)) return;
      const report = this.report(data);
      if (report !== null && report.undecided !== true) heard(jobId, taken(report));
    });
    events.on('completed', ({ jobId, returnvalue }) =>
      this.watches.has(jobId) ? heard(jobId, this.completed(returnvalue)) : undefined,
    );
    events.on('failed', ({ jobId, failedReason }) => heard(jobId, { state: 'failed', reason: failedReason }));
    events.on('delayed', ({ jobId }) => heard(jobId, { state: 'held' }));
    events.on('waiting', ({ jobId }) => {
      // polls tell the place of a waiting job, and of one that was just added
      const { state = null } = this.watches.get(jobId) ?? {};
      if (state !== null && state.state !== 'waiting') heard(jobId, { state: 'waiting', ahead: null });
    });
    await messages.subscribe(WORKERS_TOPIC, (said) => {
      const data = this.orComplain.read(this.parts.reader.worker, said);
      if (data === null) return;
      if ('left' in data) this.knownWorkers.left(data.name);
      else this.knownWorkers.heard(data);
    });
    this.knownWorkers.listens();
  }

  private report(value: unknown): JobReport<TReport> | null {
    // BullMQ's value for a job without a report
    return value === 0 ? null : this.orComplain.read(this.parts.reader.report, value);
  }

  private completed(value: unknown): JobState<TReport, TOutcome> {
    try {
      return { state: 'completed', outcome: this.parts.reader.outcome(value) };
    } catch (error) {
      if (!(error instanceof KtrdrError)) throw error;
      return { state: 'failed', reason: error.message, error };
    }
  }

  private pollIn(ms: number): void {
    if (this.closed || this.polling) return;
    const at = this.parts.clock.monotonic() + ms;
    // a sequence of new followers must not postpone the poll
    if (at >= this.pollAt) return;
    this.pollAt = at;
    this.stopTimer();
    this.stopTimer = this.parts.clock.setTimer(ms, () => void this.look());
  }

  /** Polls the followed jobs, because events may get lost. Never rejects. */
  private async look(): Promise<void> {
    this.polling = true;
    this.pollAt = Infinity;
    try {
      if (this.outage.since !== null) await this.check();
      const { watches } = this;
      await pollWaiting(watches, this.client.queue, this.parts.clock);
      await pollSilent(watches, (jobId) => this.state(jobId), this.parts.clock);
      this.outage.end();
    } catch (error) {
      this.beginOutage(error);
    }
    this.polling = false;
    this.remindAll();
    if (this.watches.size > 0 || this.outage.since !== null)
      this.pollIn(this.remindAt - this.parts.clock.monotonic());
  }

  /** Once a second, even if new followers cause more polls. */
  private remindAll(): void {
    const now = this.parts.clock.monotonic();
    if (now < this.remindAt - EARLY_MS) return;
    this.remindAt = now + POLL_MS;
    for (const watch of this.watches.values()) watch.remind();
  }

  private async job(jobId: string): Promise<Job<QueuedJob<TData>, TOutcome> | undefined> {
    return (await within(this.client.queue.getJob(jobId), RESPONSE_TIMEOUT_MS)) as
      | Job<QueuedJob<TData>, TOutcome>
      | undefined;
  }

  private beginOutage(error: unknown): void {
    if (this.closed) return;
    const { since, isNew } = this.outage.begin(error);
    if (isNew) this.pollIn(POLL_MS);
    for (const watch of this.watches.values()) {
      if (watch.state?.state === 'completed') continue;
      watch.set({ state: 'unreachable', since, cause: error });
    }
  }

  private unreachable(error: unknown): KtrdrError {
    this.beginOutage(error);
    return this.outage.errorOf(error);
  }
}

function taken<TReport>({ run, worker, begun, report }: JobReport<TReport>): JobState<TReport, never> {
  return { state: 'taken', delivery: run, worker, begun, report };
}
