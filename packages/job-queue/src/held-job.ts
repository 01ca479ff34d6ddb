import type { Clock } from '@ktrdr/orchestrator';
import type { JobMessage, JobReport } from './messages.js';

/** Of the time that a lock lasts; then the work stops, so that it has stopped when somebody else takes the job. */
const LOST_AFTER = 0.9;
const LOOKS_PER_LOCK = 8;
/** Time between two reports, ms. */
const REPORT_EVERY_MS = 100;
/** Somebody has to say that the work may begin within this time, ms: else nobody wants the job any more. */
export const BEGIN_MS = 60_000;

/** Why the work on a job has to stop. */
export type JobStop =
  | { cause: 'cancelled'; reason: string | null; force: boolean }
  /** Another worker does the job, or will. */
  | { cause: 'gone'; reason: string; force: boolean };

/** What the work on a job sees. */
export interface WorkedJob<TData, TReport> {
  readonly id: string;
  readonly data: TData;
  /** How often the job was taken, from 1; of two that work on one job the higher one has it. */
  readonly run: number;
  /** Tells whoever put the job in; the newest report counts. */
  report(report: TReport): void;
  /** Calls `listener` when the work has to stop; a second time where a cancel is then forced. At once where it has to already. */
  onStop(listener: (stop: JobStop) => void): void;
}

/** The job belongs to another worker: what was computed here counts no more. */
export class JobLostError extends Error {
  override readonly name = 'JobLostError';
}

export interface HeldJobParts<TData, TReport> {
  id: string;
  data: TData;
  run: number;
  /** Name of the worker. */
  worker: string;
  /** How long the lock lasts after it was renewed, ms. */
  lockMs: number;
  clock: Clock;
  send: (report: JobReport<TReport>) => Promise<void>;
}

/** A job in the hands of one worker, from its lock to its end. */
export class HeldJob<TData, TReport> implements WorkedJob<TData, TReport> {
  readonly id: string;
  readonly data: TData;
  readonly run: number;
  readonly #parts: HeldJobParts<TData, TReport>;
  readonly #listeners: ((stop: JobStop) => void)[] = [];
  #stop: JobStop | null = null;
  #begun = false;
  #unwanted = false;
  #onBegin = () => {};
  #report: TReport | null = null;
  #changed = false;
  #sending: Promise<void> | null = null;
  #lastSent = -Infinity;
  #renewedAt: number;
  #cancelLook = () => {};
  #cancelSend = () => {};
  #ended = false;

  constructor(parts: HeldJobParts<TData, TReport>) {
    this.#parts = parts;
    this.id = parts.id;
    this.data = parts.data;
    this.run = parts.run;
    this.#renewedAt = parts.clock.monotonic();
    this.#look();
  }

  get isGone(): boolean {
    return this.#stop?.cause === 'gone';
  }

  get whyGone(): string | null {
    return this.#stop?.cause === 'gone' ? this.#stop.reason : null;
  }

  /** Nobody has said that the work may begin. */
  get isUnwanted(): boolean {
    return this.#unwanted;
  }

  report(report: TReport): void {
    this.#report = report;
    this.#send();
  }

  onStop(listener: (stop: JobStop) => void): void {
    this.#listeners.push(listener);
    if (this.#stop !== null) listener(this.#stop);
  }

  /** Resolves when the work may begin. Rejects where the job is gone; resolves, for the work to see it, where it is cancelled. */
  async untilBegun(): Promise<void> {
    const { clock } = this.#parts;
    const told = new Promise<void>((resolve) => {
      this.#onBegin = resolve;
      this.onStop(() => resolve());
    });
    this.#send();
    const tooLate = clock.setTimer(BEGIN_MS, () => {
      this.#unwanted = true;
      this.#stopBy({ cause: 'gone', reason: 'nobody says that it may begin', force: true });
    });
    await told;
    tooLate();
    this.throwIfGone();
    this.#begun = true;
    this.#send();
  }

  throwIfGone(): void {
    if (this.whyGone !== null) throw new JobLostError(this.whyGone);
  }

  told(message: JobMessage): void {
    if (message.type === 'cancel') {
      this.#stopBy({ cause: 'cancelled', reason: message.reason, force: message.force });
    } else if (message.run === this.run) this.#onBegin();
  }

  renewed(): void {
    this.#renewedAt = this.#parts.clock.monotonic();
  }

  /** The lock is lost. */
  lose(reason: string): void {
    this.#stopBy({ cause: 'gone', reason, force: true });
  }

  /** The worker stops: somebody else is to do the job. */
  giveBack(): void {
    this.#stopBy({ cause: 'gone', reason: 'the worker stops', force: false });
  }

  /** Nothing is done here any more. */
  end(): void {
    this.#ended = true;
    this.#cancelLook();
    this.#cancelSend();
  }

  #stopBy(stop: JobStop): void {
    const before = this.#stop;
    if (before?.cause === 'gone' && (before.force || !stop.force)) return;
    if (before !== null && before.cause === stop.cause && before.force === stop.force) return;
    this.#stop = stop;
    for (const listener of this.#listeners) listener(stop);
  }

  #look(): void {
    const { clock, lockMs } = this.#parts;
    this.#cancelLook = clock.setTimer(lockMs / LOOKS_PER_LOCK, () => {
      const silence = clock.monotonic() - this.#renewedAt;
      if (silence > lockMs * LOST_AFTER) {
        this.lose(`the queue could not be reached for ${(silence / 1000).toFixed(1)} s`);
      } else this.#look();
    });
  }

  /** Sends what is newest as soon as the report before it has arrived. */
  #send(): void {
    this.#changed = true;
    if (this.#sending !== null || this.#ended) return;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = null;
    });
  }

  async #sendAll(): Promise<void> {
    const { clock, run, worker, send } = this.#parts;
    while (this.#changed && !this.#ended) {
      const wait = this.#lastSent + REPORT_EVERY_MS - clock.monotonic();
      if (wait > 0) {
        await new Promise<void>((resolve) => {
          this.#cancelSend = clock.setTimer(wait, resolve);
        });
        if (this.#ended) return;
      }
      this.#changed = false;
      this.#lastSent = clock.monotonic();
      try {
        await send({ run, worker, begun: this.#begun, report: this.#report });
      } catch {
        // the queue is away: the lock decides what that means
        this.#changed = true;
      }
    }
  }
}
