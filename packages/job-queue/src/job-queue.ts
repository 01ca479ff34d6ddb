import type { Job } from 'bullmq';
import { KtrdrError } from '@ktrdr/contracts';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { JobWatch, type JobState } from './job-state.js';
import {
  ANNOUNCE_MS,
  KEPT_MS,
  topicOfJob,
  WORKERS_TOPIC,
  type AnnouncedWorker,
  type JobMessage,
  type JobReport,
  type QueuedJob,
  type WorkerMessage,
} from './messages.js';
import { QueueClient, type QueueParts } from './queue-client.js';
import { QueueConnection } from './queue-connection.js';
import { reasonOf, secondsSince } from './outage.js';
import { within } from './within.js';

/** A question that is not answered in this time has failed, ms. */
const ANSWER_MS = 2_000;
/** Time between two looks at what is followed, ms. */
const LOOK_MS = 1_000;
/** The first look at a job that is followed from now on, ms: several begin together. */
const FIRST_LOOK_MS = 20;
/** A job of which nothing was heard for so long is asked for, ms. */
const SILENT_MS = 2_000;
/** Jobs that one look asks for. */
const MOST_ASKED = 200;
/** Those that have fewer before them hear their place at each look; others once in so long for each that is followed, ms. */
const NEAR = 20;
const PLACE_MS = 25;
/** Every worker that is there was heard after so long, ms. */
const ALL_HEARD_MS = ANNOUNCE_MS + 500;
/** A worker that says nothing for so long is not listed any more, ms. */
const FORGOTTEN_MS = 60_000;

export interface JobQueueParts {
  url: string;
  queue: string;
  clock: Clock;
  logger: OrchestratorLogger;
}

/** A worker and when it was last heard. */
export interface KnownWorker<TDescription> extends AnnouncedWorker<TDescription> {
  /** Ms since 1970. */
  lastHeartbeat: number;
}

/** Higher ones are taken first; of one priority the oldest. */
export type JobPriority = 'low' | 'normal' | 'high';

/** BullMQ's numbers: the lower one is taken first. */
const PRIORITIES: Record<JobPriority, number> = { high: 1, normal: 2, low: 3 };

/** Puts jobs into a queue and follows them; any number of processes may, also the same job. */
export class JobQueue<TData, TReport, TOutcome, TDescription> {
  readonly #parts: JobQueueParts;
  readonly #client: QueueClient;
  readonly #watches = new Map<string, JobWatch<TReport, TOutcome>>();
  readonly #workers = new Map<string, KnownWorker<TDescription>>();
  #stopTimer = () => {};
  /** When the next look comes, monotonic ms. */
  #lookAt = Infinity;
  /** Monotonic ms; `null` while the queue answers. */
  #awaySince: number | null = null;
  /** What it was that went wrong: the first that says more than that no answer came. */
  #awayCause: unknown = null;
  /** Monotonic ms since when workers are heard. */
  #listensSince: number | null = null;
  #looking = false;
  #closed = false;

  constructor(parts: JobQueueParts) {
    this.#parts = parts;
    this.#client = new QueueClient(new QueueConnection(parts.url, parts.queue), {
      clock: parts.clock,
      onError: (error) => this.#away(error),
      listen: (opened) => this.#listen(opened),
    });
  }

  /** @throws KtrdrError `queue_unreachable` */
  async check(): Promise<void> {
    try {
      await within(this.#client.queue.getJobCounts('active'), ANSWER_MS);
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  /**
   * Puts a job in. One that is there already stays as it is.
   *
   * @param jobId of letters, digits, `_`, `-`
   * @throws KtrdrError `queue_unreachable`: it may have arrived all the same
   */
  async add(jobId: string, job: QueuedJob<TData>, priority: JobPriority = 'normal'): Promise<void> {
    try {
      await within(
        this.#client.queue.add('job', job, { jobId, priority: PRIORITIES[priority], attempts: 1 }),
        ANSWER_MS,
      );
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  /** What becomes of the job: the newest state when it changes, and the last one again every second until the reader leaves. */
  follow(jobId: string): JobWatch<TReport, TOutcome> {
    const watch = new JobWatch<TReport, TOutcome>(() => {
      if (this.#watches.get(jobId) === watch) this.#watches.delete(jobId);
    });
    const other = this.#watches.get(jobId);
    this.#watches.set(jobId, watch);
    void other?.return();
    this.#lookIn(FIRST_LOOK_MS);
    return watch;
  }

  /** Says something to whoever does the job, or takes it within a minute. @throws KtrdrError `queue_unreachable` */
  async tell(jobId: string, message: JobMessage): Promise<void> {
    try {
      await within(this.#client.relay.publish(topicOfJob(jobId), message, { retain: KEPT_MS }), ANSWER_MS);
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  /**
   * Takes a job out that nobody does.
   *
   * @returns false where a worker has it
   * @throws KtrdrError `queue_unreachable`
   */
  async remove(jobId: string): Promise<boolean> {
    try {
      return (await within(this.#client.queue.remove(jobId), ANSWER_MS)) > 0;
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  /** What the queue knows of the job; `missing` where it knows none. @throws KtrdrError `queue_unreachable` */
  async state(jobId: string): Promise<JobState<TReport, TOutcome>> {
    try {
      const { queue } = this.#client;
      // in this order: a job that was read while it ran has no outcome yet
      const state = await within(queue.getJobState(jobId), ANSWER_MS);
      const job = await this.#job(jobId);
      if (job === undefined) return { state: 'missing' };
      switch (state) {
        case 'completed':
          return { state: 'completed', outcome: job.returnvalue };
        case 'failed':
          return { state: 'failed', reason: job.failedReason };
        case 'active': {
          const report = job.progress as unknown as JobReport<TReport>;
          if (report.run === job.attemptsStarted && report.undecided !== true) return taken(report);
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
      throw this.#unreachable(cause);
    }
  }

  /** Run that has the job now; `null` where nobody does it. @throws KtrdrError `queue_unreachable` */
  async currentRun(jobId: string): Promise<number | null> {
    try {
      if ((await within(this.#client.queue.getJobState(jobId), ANSWER_MS)) !== 'active') return null;
      // what a run of before reports late may stand where this one's report was
      return (await this.#job(jobId))?.attemptsStarted ?? null;
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  /**
   * Workers that were heard lately, by name. Just after the start it takes until all had time to say that they are there.
   *
   * @throws KtrdrError `queue_unreachable`
   */
  async workers(): Promise<KnownWorker<TDescription>[]> {
    const { clock } = this.#parts;
    if (this.#listensSince === null || this.#awaySince !== null) await this.check();
    const since = this.#listensSince ?? clock.monotonic();
    await clock.sleep(Math.max(0, since + ALL_HEARD_MS - clock.monotonic()));
    const now = clock.now();
    for (const [name, worker] of this.#workers) {
      if (now - worker.lastHeartbeat > FORGOTTEN_MS) this.#workers.delete(name);
    }
    return [...this.#workers.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer();
    for (const watch of this.#watches.values()) await watch.return();
    await this.#client.close();
  }

  async #listen({ events, relay }: QueueParts): Promise<void> {
    const heard = (jobId: string, state: JobState<TReport, TOutcome>) => {
      const watch = this.#watches.get(jobId);
      if (watch === undefined) return;
      watch.heardAt = this.#parts.clock.monotonic();
      watch.set(state);
      this.#back();
    };
    events.on('progress', ({ jobId, data }) => {
      const report = data as unknown as JobReport<TReport>;
      if (report.undecided !== true) heard(jobId, taken(report));
    });
    events.on('completed', ({ jobId, returnvalue }) =>
      heard(jobId, { state: 'completed', outcome: returnvalue as unknown as TOutcome }),
    );
    events.on('failed', ({ jobId, failedReason }) => heard(jobId, { state: 'failed', reason: failedReason }));
    events.on('delayed', ({ jobId }) => heard(jobId, { state: 'held' }));
    events.on('waiting', ({ jobId }) => heard(jobId, { state: 'waiting', ahead: null }));
    await relay.subscribe<WorkerMessage<TDescription>>(WORKERS_TOPIC, ({ data }) => {
      if ('left' in data) this.#workers.delete(data.name);
      else this.#workers.set(data.name, { ...data, lastHeartbeat: this.#parts.clock.now() });
    });
    this.#listensSince ??= this.#parts.clock.monotonic();
  }

  #lookIn(ms: number): void {
    if (this.#closed || this.#looking) return;
    const at = this.#parts.clock.monotonic() + ms;
    // jobs that are put in one after the other do not keep it away
    if (at >= this.#lookAt) return;
    this.#lookAt = at;
    this.#stopTimer();
    this.#stopTimer = this.#parts.clock.setTimer(ms, () => void this.#look());
  }

  /** Events may be missed: what is followed is looked at every now and then. Never rejects. */
  async #look(): Promise<void> {
    this.#looking = true;
    this.#lookAt = Infinity;
    try {
      if (this.#awaySince !== null) await this.check();
      await this.#lookAtWaiting();
      await this.#lookAtSilent();
      this.#back();
    } catch (error) {
      this.#away(error);
    }
    this.#looking = false;
    for (const watch of this.#watches.values()) watch.remind();
    if (this.#watches.size > 0 || this.#awaySince !== null) this.#lookIn(LOOK_MS);
  }

  async #lookAtWaiting(): Promise<void> {
    const isSettled = ({ state }: JobWatch<TReport, TOutcome>) =>
      state !== null && state.state !== 'waiting' && state.state !== 'unreachable';
    if ([...this.#watches.values()].every(isSettled)) return;
    const ids = await within(
      this.#client.queue.getRanges(['prioritized', 'waiting'], 0, -1, true),
      ANSWER_MS,
    );
    const now = this.#parts.clock.monotonic();
    // in a long line all move at each look, and each place that is told is stored
    const tellEvery = this.#watches.size * PLACE_MS;
    for (const [ahead, jobId] of ids.entries()) {
      const watch = this.#watches.get(jobId);
      if (watch === undefined || isSettled(watch)) continue;
      watch.heardAt = now;
      const hasPlace = watch.state?.state === 'waiting' && watch.state.ahead !== null;
      if (hasPlace && ahead >= NEAR && now - watch.placedAt < tellEvery) continue;
      watch.placedAt = now;
      watch.set({ state: 'waiting', ahead });
    }
  }

  async #lookAtSilent(): Promise<void> {
    const now = this.#parts.clock.monotonic();
    const silent = [...this.#watches]
      .filter(([, { heardAt, state }]) => now - heardAt > SILENT_MS && state?.state !== 'completed')
      .slice(0, MOST_ASKED);
    for (const [jobId, watch] of silent) {
      const state = await this.state(jobId);
      // news that came meanwhile are newer
      if (watch.heardAt > now) continue;
      watch.heardAt = this.#parts.clock.monotonic();
      watch.set(state);
    }
  }

  async #job(jobId: string): Promise<Job<QueuedJob<TData>, TOutcome> | undefined> {
    return (await within(this.#client.queue.getJob(jobId), ANSWER_MS)) as
      | Job<QueuedJob<TData>, TOutcome>
      | undefined;
  }

  #away(error: unknown): void {
    const { logger, clock } = this.#parts;
    if (this.#closed) return;
    if (this.#awaySince === null) {
      logger.error('the queue cannot be reached', { reason: reasonOf(error) });
      this.#awaySince = clock.monotonic();
      this.#awayCause = error;
      this.#lookIn(LOOK_MS);
    }
    if (this.#awayCause instanceof KtrdrError) this.#awayCause = error;
    for (const watch of this.#watches.values()) {
      if (watch.state?.state === 'completed') continue;
      watch.set({ state: 'unreachable', since: this.#awaySince, cause: error });
    }
  }

  /** A question that is refused, or waits in vain, because there is no connection does not say why there is none. */
  #unreachable(question: unknown): KtrdrError {
    this.#away(question);
    const cause = this.#awaySince === null ? question : this.#awayCause;
    if (cause instanceof KtrdrError) return cause;
    const why = reasonOf(cause);
    return new KtrdrError('queue_unreachable', `The training queue cannot be reached (${why}).`, { cause });
  }

  #back(): void {
    if (this.#awaySince === null) return;
    const { logger, clock } = this.#parts;
    logger.info('the queue can be reached again', { away_s: secondsSince(this.#awaySince, clock) });
    this.#awaySince = null;
  }
}

function taken<TReport>({ run, worker, begun, report }: JobReport<TReport>): JobState<TReport, never> {
  return { state: 'taken', run, worker, begun, report };
}
