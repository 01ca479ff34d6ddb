import { DelayedError, WaitingError, type Job, type Queue, type Relay, type Worker } from 'bullmq';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import { HeldJob, type WorkedJob } from './held-job.js';
import {
  ANNOUNCE_MS,
  topicOfJob,
  WORKERS_TOPIC,
  type AnnouncedWorker,
  type JobMessage,
  type JobReport,
  type QueuedJob,
  type WorkerGoodbye,
} from './messages.js';
import { reasonOf, secondsSince } from './outage.js';
import { QueueConnection } from './queue-connection.js';
import { isUsersTurn } from './user-turn.js';
import { within } from './within.js';

/** Parts of the lease: how long a lock lasts, and how often it is renewed and looked after. Two looks find a lost job. */
const LOCK_PART = 0.4;
const RENEWALS_PER_LOCK = 4;
const LOOK_PART = 0.2;
/**
 * A job that may not run now is tried again after so long, ms: the more are held, the later, so that about ten a second are
 * looked at, where one user has put in hundreds. Those of others wait as long at the most.
 */
const HELD_MS = { least: 500, perHeld: 100, most: 30_000 };
/** Times that a job may lose its worker: it may be what kills them. */
const MOST_LOSSES = 10;
/** A question that is not answered in this time is asked again, ms. */
const ANSWER_MS = 5_000;
/** A worker that stops waits for the queue so long in all, ms, and for each answer this long at least: its service ends in time. */
const STOP_MS = { inAll: 5_000, anAnswer: 1_000 };
/** A stopping worker waits this long for its goodbye to be delivered, ms. */
const GOODBYE_MS = 500;
/** How soon a failed question is asked again, ms. */
const AGAIN_MS = 1_000;
/** Time between two looks whether anything is still done here, ms. */
const IDLE_LOOK_MS = 20;
/** Ended jobs are kept for whoever put them in, s. */
const KEPT_S = { age: 24 * 3_600, count: 100_000 };

export interface JobWorkerParts<TData, TReport, TOutcome, TDescription> {
  url: string;
  queue: string;
  /** Unique among the workers of the queue. */
  name: string;
  /** So many jobs at a time. */
  concurrency: number;
  /** A worker that is cut off for so long has lost its jobs to others, ms. The same for all workers of a queue. */
  leaseMs: number;
  clock: Clock;
  logger: OrchestratorLogger;
  /** What the worker says of itself to whoever asks for the workers. */
  describe: () => Promise<TDescription>;
  /** Does a job; what it throws fails the job. It has ended only when nothing computes any more. */
  work: (job: WorkedJob<TData, TReport>) => Promise<TOutcome>;
}

/** Takes jobs out of a queue and does them, one lock a job: whoever loses it stops, and somebody else takes the job. */
export class JobWorker<TData, TReport, TOutcome, TDescription> {
  readonly #parts: JobWorkerParts<TData, TReport, TOutcome, TDescription>;
  readonly #held = new Map<string, HeldJob<TData, TReport>>();
  readonly #connection: QueueConnection;
  readonly #worker: Worker;
  readonly #queue: Queue;
  readonly #relay: Relay;
  #stopTimer = () => {};
  /** Monotonic ms by which a worker that stops has the answers of its queue; `null` before. */
  #stopsBy: number | null = null;
  /** Monotonic ms; `null` while the queue can be used. */
  #awaySince: number | null = null;
  #started = false;
  /** Why the queue could not be reached before the start. */
  #startTrouble: unknown = null;
  /** The announcement in progress. Never rejects. */
  #announcing = Promise.resolve();

  constructor(parts: JobWorkerParts<TData, TReport, TOutcome, TDescription>) {
    this.#parts = parts;
    const connection = new QueueConnection(parts.url, parts.queue);
    this.#connection = connection;
    const lockDuration = Math.round(parts.leaseMs * LOCK_PART);
    this.#queue = connection.queue();
    this.#relay = connection.relay(parts.name);
    this.#worker = connection.worker((job, token) => this.#process(job, token ?? ''), {
      name: parts.name,
      concurrency: parts.concurrency,
      lockDuration,
      lockRenewTime: Math.round(lockDuration / RENEWALS_PER_LOCK),
      stalledInterval: Math.round(parts.leaseMs * LOOK_PART),
      maxStalledCount: MOST_LOSSES,
      runRetryDelay: AGAIN_MS,
      drainDelay: 1,
      removeOnComplete: KEPT_S,
      removeOnFail: KEPT_S,
      autorun: false,
    });
    this.#worker.on('locksRenewed', ({ jobIds }) => {
      for (const jobId of jobIds) this.#held.get(jobId)?.renewed();
    });
    this.#worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) this.#held.get(jobId)?.lose('another worker has it, or nobody');
    });
    this.#worker.on('error', (error) => this.#trouble(error));
    this.#worker.on('ready', () => this.#recovered());
    this.#queue.on('error', (error: Error) => this.#trouble(error));
    this.#relay.on('error', (error: Error) => this.#trouble(error));
  }

  /** Takes jobs from now on. Rejects with the reason where the queue cannot be reached. */
  async start(): Promise<void> {
    const parts = [this.#worker, this.#queue, this.#relay];
    try {
      await within(Promise.all(parts.map((part) => part.waitUntilReady())), ANSWER_MS);
    } catch (error) {
      throw this.#startTrouble ?? error;
    }
    this.#started = true;
    void this.#worker.run().catch((error: unknown) => this.#trouble(error));
    this.#announceAndAgain();
  }

  /** Ids of the jobs that are done here. */
  get jobs(): string[] {
    return [...this.#held.keys()];
  }

  /** Takes nothing more; what is done here goes back into the queue for others. Resolves when nothing is done here any more. */
  async stop(): Promise<void> {
    this.#stopsBy = this.#parts.clock.monotonic() + STOP_MS.inAll;
    this.#stopTimer();
    for (const held of this.#held.values()) held.giveBack();
    const closed = this.#worker.close();
    // a queue that is away takes nothing back: locks expire
    if (this.#awaySince !== null) this.#connection.abandon();
    while (this.#held.size > 0) await this.#parts.clock.sleep(IDLE_LOOK_MS);
    if (this.#awaySince === null) await this.#sayGoodbye();
    this.#connection.abandon();
    const parts = Promise.allSettled([closed, this.#queue.close(), this.#relay.close()]);
    await within(parts, this.#answerMs).catch((error: unknown) => this.#trouble(error));
  }

  get #answerMs(): number {
    if (this.#stopsBy === null) return ANSWER_MS;
    return Math.max(this.#stopsBy - this.#parts.clock.monotonic(), STOP_MS.anAnswer);
  }

  async #process(job: Job<QueuedJob<TData>>, token: string): Promise<TOutcome> {
    const { clock, leaseMs, name } = this.#parts;
    const jobId = job.id as string;
    if (!(await this.#mayRun(job, token))) throw new DelayedError();
    const held = new HeldJob<TData, TReport>({
      id: jobId,
      data: job.data.data,
      run: job.attemptsStarted,
      worker: name,
      lockMs: leaseMs * LOCK_PART,
      clock,
      send: (report) => within(job.updateProgress({ ...numberOf(job), ...report }), ANSWER_MS),
    });
    this.#held.set(jobId, held);
    if (this.#stopsBy !== null) held.giveBack();
    try {
      return await this.#doHeld(held);
    } catch (error) {
      if (!held.isGone) throw error;
      if (held.isUnwanted) throw await this.#takeOut(job, token);
      throw await this.#giveBack(job, token, held.whyGone);
    } finally {
      held.end();
      this.#held.delete(jobId);
    }
  }

  /** False where the job was put off. A queue that is away meanwhile does not fail what has not begun: it goes back. */
  async #mayRun(job: Job<QueuedJob<TData>>, token: string): Promise<boolean> {
    const { clock } = this.#parts;
    try {
      // one that was lost and came back waits until what is left of it has ended
      const isLeft = this.#held.has(job.id as string);
      if (!isLeft && (await this.#isUsersTurn(job))) return true;
      const held = isLeft ? 0 : await within(this.#queue.getDelayedCount(), ANSWER_MS);
      const ms = Math.min(Math.max(HELD_MS.least, held * HELD_MS.perHeld), HELD_MS.most);
      await within(job.moveToDelayed(clock.now() + ms, token), ANSWER_MS);
      return false;
    } catch (error) {
      await clock.sleep(AGAIN_MS);
      throw await this.#giveBack(job, token, noAnswer(error));
    }
  }

  async #doHeld(held: HeldJob<TData, TReport>): Promise<TOutcome> {
    const topic = await this.#subscribe(held);
    try {
      await held.untilBegun();
      const outcome = await this.#parts.work(held);
      held.throwIfGone();
      return outcome;
    } finally {
      // a worker that is not registered any more has no subscriptions
      await within(topic.unsubscribe(), this.#answerMs).catch((error: unknown) => this.#trouble(error));
    }
  }

  async #subscribe(held: HeldJob<TData, TReport>): ReturnType<Relay['subscribe']> {
    const topic = topicOfJob(held.id);
    try {
      return await within(
        this.#relay.subscribe<JobMessage>(topic, ({ data }) => held.told(data)),
        ANSWER_MS,
      );
    } catch (error) {
      // it has not begun
      held.lose(noAnswer(error));
      await this.#parts.clock.sleep(AGAIN_MS);
      throw error;
    }
  }

  /**
   * A job that cannot be given back has another worker, or gets one once its lock has expired. It has not failed: BullMQ would
   * write that down as soon as the queue is there again, where nobody has taken the job meanwhile.
   */
  async #giveBack(job: Job, token: string, reason: string | null): Promise<WaitingError> {
    const { logger } = this.#parts;
    logger.info('a job is left to another worker', { job_id: job.id, reason });
    try {
      await within(job.moveToWait(token), this.#answerMs);
    } catch (error) {
      logger.warn('a job could not be given back: its lock expires', {
        job_id: job.id,
        reason: reasonOf(error),
      });
    }
    return new WaitingError();
  }

  /**
   * The operation of a job that nobody begins has ended, or its API is away. An API that is back sees that the job is missing, and
   * puts it in again. Given back, it would be the next one that is taken, each time.
   */
  async #takeOut(job: Job, token: string): Promise<DelayedError> {
    const { logger, clock } = this.#parts;
    logger.info('a job that nobody begins is taken out of the queue', { job_id: job.id });
    try {
      // one that a worker has cannot be removed
      await within(job.moveToDelayed(clock.now() + HELD_MS.most, token), this.#answerMs);
      await within(this.#queue.remove(job.id as string), this.#answerMs);
    } catch (error) {
      logger.warn('a job could not be taken out: it comes back', { job_id: job.id, reason: reasonOf(error) });
    }
    return new DelayedError();
  }

  #isUsersTurn(job: Job<QueuedJob<TData>>): Promise<boolean> {
    const { clock, name } = this.#parts;
    return isUsersTurn(job, {
      clock,
      worker: name,
      active: async () => (await within(this.#queue.getActive(), ANSWER_MS)) as Job<QueuedJob<unknown>>[],
      write: (report) => within(job.updateProgress(report), ANSWER_MS),
    });
  }

  #announceAndAgain(): void {
    this.#announcing = this.#announce().catch((error: unknown) => this.#trouble(error));
    this.#stopTimer = this.#parts.clock.setTimer(ANNOUNCE_MS, () => this.#announceAndAgain());
  }

  async #announce(): Promise<void> {
    const { name, concurrency, describe } = this.#parts;
    const worker: AnnouncedWorker<TDescription> = {
      name,
      jobs: this.jobs,
      concurrency,
      description: await describe(),
    };
    if (this.#stopsBy !== null) return;
    await within(this.#relay.publish(WORKERS_TOPIC, worker), ANSWER_MS);
    this.#recovered();
  }

  /** Removes the worker from the list at once. Waits for the announcement in progress, which would list the worker again. */
  async #sayGoodbye(): Promise<void> {
    const goodbye: WorkerGoodbye = { name: this.#parts.name, left: true };
    const said = this.#announcing.then(() => this.#relay.publish(WORKERS_TOPIC, goodbye));
    await within(said, GOODBYE_MS).catch((error: unknown) => this.#trouble(error));
  }

  /** Told once, until the queue is there again. */
  #trouble(error: unknown): void {
    if (!this.#started) {
      this.#startTrouble = error;
      return;
    }
    if (this.#awaySince !== null) return;
    this.#awaySince = this.#parts.clock.monotonic();
    this.#parts.logger.error('the queue cannot be used', { reason: reasonOf(error) });
  }

  #recovered(): void {
    if (this.#awaySince === null) return;
    const { logger, clock } = this.#parts;
    logger.info('the queue can be used again', { away_s: secondsSince(this.#awaySince, clock) });
    this.#awaySince = null;
  }
}

function noAnswer(error: unknown): string {
  return `the queue does not answer (${reasonOf(error)})`;
}

/** The number that the job has drawn stays in its reports. */
function numberOf(job: Job): { number?: number | null } {
  const { number } = job.progress as Partial<JobReport<unknown>>;
  return number === undefined ? {} : { number };
}
