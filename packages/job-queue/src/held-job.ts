import type { Clock } from '@ktrdr/orchestrator';
import type { JobMessage, JobReport } from './messages.js';

/**
 * Share of the lock time after which unrenewed work stops, so that it has ended before another worker takes the job.
 */
const LOST_AFTER_SHARE = 0.9;
const CHECKS_PER_LOCK = 8;
/** Minimum time between two reports, ms. */
export const REPORT_EVERY_MS = 100;
/** A job that nobody starts within this time (ms) is dropped: nobody wants it any more. */
export const BEGIN_MS = 60_000;

/** Why the work on a job has to stop. */
export type JobStop =
  | { cause: 'cancelled'; reason: string | null; force: boolean }
  /** Another worker has the job, or will take it. */
  | { cause: 'gone'; reason: string; force: boolean };

/** A job as its work sees it. */
export interface WorkedJob<TData, TReport> {
  readonly id: string;
  readonly data: TData;
  /**
   * How often the job was delivered to a worker, from 1. If two workers run the same job, it belongs to the later delivery.
   */
  readonly delivery: number;
  /** Secret of this delivery, from the message that started the work; `null` if there was none. */
  readonly secret: string | null;
  /** Reports progress to the process that follows the job. A newer report replaces an older one. */
  report(report: TReport): void;
  /**
   * Calls `listener` when the work has to stop, and again if a cancel is then forced. Calls it at once if the work
   * already has to stop.
   */
  onStop(listener: (stop: JobStop) => void): void;
}

/** The job now belongs to another worker, so this worker's result is discarded. */
export class JobLostError extends Error {
  override readonly name = 'JobLostError';
}

/** What a `HeldJob` needs. */
export interface HeldJobParts<TData, TReport> {
  id: string;
  data: TData;
  delivery: number;
  /** Name of the worker. */
  worker: string;
  /** Followers know that the worker has the job: the first report need not be sent at once. */
  isKnown: boolean;
  /** Time that a renewed lock lasts, ms. */
  lockMs: number;
  clock: Clock;
  send: (report: JobReport<TReport>) => Promise<void>;
}

/** A job held by one worker, from its lock to its end. Only the newest delivery of a job counts (I13). */
export class HeldJob<TData, TReport> implements WorkedJob<TData, TReport> {
  readonly id: string;
  readonly data: TData;
  readonly delivery: number;
  private begunWith: string | null = null;
  private readonly listeners: ((stop: JobStop) => void)[] = [];
  private stop: JobStop | null = null;
  private begun = false;
  private unwanted = false;
  private onBegin = (_secret: string | null): void => {};
  private lastReport: TReport | null = null;
  private changed = false;
  private sending: Promise<void> | null = null;
  private lastSent = -Infinity;
  private renewedAt: number;
  private cancelCheck = () => {};
  private cancelSend = () => {};
  private ended = false;

  constructor(private readonly parts: HeldJobParts<TData, TReport>) {
    this.id = parts.id;
    this.data = parts.data;
    this.delivery = parts.delivery;
    this.renewedAt = parts.clock.monotonic();
    if (parts.isKnown) this.lastSent = this.renewedAt;
    this.look();
  }

  get secret(): string | null {
    return this.begunWith;
  }

  get isGone(): boolean {
    return this.stop?.cause === 'gone';
  }

  get whyGone(): string | null {
    return this.stop?.cause === 'gone' ? this.stop.reason : null;
  }

  /** True if nobody started the job within `BEGIN_MS`. */
  get isUnwanted(): boolean {
    return this.unwanted;
  }

  report(report: TReport): void {
    this.lastReport = report;
    this.send();
  }

  onStop(listener: (stop: JobStop) => void): void {
    this.listeners.push(listener);
    if (this.stop !== null) listener(this.stop);
  }

  /**
   * Resolves when the work may begin, and also when the job is cancelled, so that the work sees the cancel. Rejects if
   * the job is lost.
   */
  async untilBegun(): Promise<void> {
    const { clock } = this.parts;
    const begun = new Promise<void>((resolve) => {
      this.onBegin = (secret) => {
        this.begunWith ??= secret;
        resolve();
      };
      this.onStop(() => resolve());
    });
    this.send();
    const tooLate = clock.setTimer(BEGIN_MS, () => {
      this.unwanted = true;
      this.stopBy({ cause: 'gone', reason: 'nobody started the job', force: true });
    });
    await begun;
    tooLate();
    this.throwIfGone();
    this.begun = true;
    this.send();
  }

  throwIfGone(): void {
    if (this.whyGone !== null) throw new JobLostError(this.whyGone);
  }

  receive(message: JobMessage): void {
    if (message.type === 'cancel') {
      this.stopBy({ cause: 'cancelled', reason: message.reason, force: message.force });
    } else if (message.run === this.delivery) this.onBegin(message.secret ?? null);
  }

  renewed(): void {
    this.renewedAt = this.parts.clock.monotonic();
  }

  /** Stops the work because the lock is lost. */
  lose(reason: string): void {
    this.stopBy({ cause: 'gone', reason, force: true });
  }

  /** Stops the work because the worker stops. Another worker takes over. */
  stopForWorker(): void {
    this.stopBy({ cause: 'gone', reason: 'the worker is stopping', force: false });
  }

  /** Stops all timers. Call this when the work has ended. */
  end(): void {
    this.ended = true;
    this.cancelCheck();
    this.cancelSend();
  }

  private stopBy(stop: JobStop): void {
    const before = this.stop;
    if (before?.cause === 'gone' && (before.force || !stop.force)) return;
    if (before !== null && before.cause === stop.cause && before.force === stop.force) return;
    this.stop = stop;
    for (const listener of this.listeners) listener(stop);
  }

  private look(): void {
    const { clock, lockMs } = this.parts;
    this.cancelCheck = clock.setTimer(lockMs / CHECKS_PER_LOCK, () => {
      const silence = clock.monotonic() - this.renewedAt;
      if (silence > lockMs * LOST_AFTER_SHARE) {
        this.lose(`the queue could not be reached for ${(silence / 1000).toFixed(1)} s`);
      } else this.look();
    });
  }

  /** Sends the newest report, after the previous one has been delivered. */
  private send(): void {
    this.changed = true;
    if (this.sending !== null || this.ended) return;
    this.sending = this.sendAll().finally(() => {
      this.sending = null;
    });
  }

  private async sendAll(): Promise<void> {
    const { clock, delivery, worker, send } = this.parts;
    while (this.changed && !this.ended) {
      const wait = this.lastSent + REPORT_EVERY_MS - clock.monotonic();
      if (wait > 0) {
        await new Promise<void>((resolve) => {
          this.cancelSend = clock.setTimer(wait, resolve);
        });
        if (this.ended) return;
      }
      this.changed = false;
      this.lastSent = clock.monotonic();
      try {
        await send({ run: delivery, worker, begun: this.begun, report: this.lastReport });
      } catch {
        // the queue is unreachable: the lock decides whether the job is lost
        this.changed = true;
      }
    }
  }
}
