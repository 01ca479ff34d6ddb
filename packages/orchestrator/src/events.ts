import { isTerminalStatus, type Operation, type OperationEventType } from '@ktrdr/contracts';
import type { Clock } from './clock.js';

/** A change of an operation and the operation after it. Readers share the copy: they leave it as it is. */
export interface OperationEvent {
  readonly type: OperationEventType;
  readonly operation: Readonly<Operation>;
}

/** Called with every change of a status. */
export type StatusListener = (operation: Operation) => void | Promise<void>;

/** Time between two progress events of one watch on average, ms; the second of two may follow the first at once. */
export const EVENT_INTERVAL_MS = 100;

/**
 * One reader's view of a running operation. Progress is coalesced: the reader gets the newest state, once an interval on average
 * at most, however slow it reads. Work that reports no oftener is shown without a wait. Changes of the status come at once,
 * in order, and none is lost. Ends after the terminal one, or when nothing more will come.
 */
export class OperationWatch implements AsyncIterableIterator<OperationEvent> {
  private readonly clock: Clock;
  private readonly snapshot: () => Operation;
  private readonly onClose: (watch: OperationWatch) => void;
  /** Status events that wait; a handful at most. */
  private readonly queue: OperationEvent[] = [];
  /** Reads that wait, in their order. */
  private readonly reads: ((result: IteratorResult<OperationEvent>) => void)[] = [];
  private hasNewProgress = false;
  /** When the events so far would have come, had they come one an interval. Monotonic ms. */
  private paidUntil: number;
  private ended = false;
  private closed = false;
  private cancelTimer: (() => void) | null = null;

  /**
   * `snapshot` gives the operation as it is, to be shared and not changed; `onClose` is told when the reader has left or
   * everything was read.
   */
  constructor(clock: Clock, snapshot: () => Operation, onClose: (watch: OperationWatch) => void) {
    this.clock = clock;
    this.snapshot = snapshot;
    this.onClose = onClose;
    this.paidUntil = clock.monotonic() + EVENT_INTERVAL_MS;
    this.statusChanged();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  statusChanged(): void {
    if (this.closed) return;
    this.queue.push({ type: 'status', operation: this.snapshot() });
    // the status event carries the newest progress too
    this.hasNewProgress = false;
    this.serve();
  }

  progressChanged(): void {
    if (this.hasNewProgress) return;
    this.hasNewProgress = true;
    this.serve();
  }

  /** Nothing more will come: the reader gets what it has not read yet, and then the end. */
  end(): void {
    this.ended = true;
    this.serve();
  }

  next(): Promise<IteratorResult<OperationEvent>> {
    // no async function: a thousand readers take ten events a second each
    return new Promise((resolve) => {
      this.reads.push(resolve);
      this.serve();
    });
  }

  return(): Promise<IteratorResult<OperationEvent>> {
    this.close();
    this.serve();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Answers reads while there is something to answer them with, and comes back when the next event is due. */
  private serve(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    while (this.reads.length > 0) {
      const result = this.take();
      if (result === null) return this.serveLater();
      this.reads.shift()?.(result);
    }
  }

  private serveLater(): void {
    const dueAt = this.dueAt();
    if (dueAt === null) return;
    this.cancelTimer = this.clock.setTimer(dueAt - this.clock.monotonic(), () => this.serve());
  }

  /** What comes next, or `null` where the reader has to wait. */
  private take(): IteratorResult<OperationEvent> | null {
    if (this.closed) return { done: true, value: undefined };
    const event = this.queue.shift();
    if (event !== undefined) {
      if (isTerminalStatus(event.operation.status)) this.close();
      return { done: false, value: event };
    }
    if (this.ended) {
      this.close();
      return { done: true, value: undefined };
    }
    const dueAt = this.dueAt();
    const now = this.clock.monotonic();
    if (dueAt === null || now < dueAt) return null;
    this.hasNewProgress = false;
    this.paidUntil = Math.max(this.paidUntil, now) + EVENT_INTERVAL_MS;
    return { done: false, value: { type: 'progress', operation: this.snapshot() } };
  }

  /** When the next progress event is due, monotonic ms; `null` where there is nothing to tell. */
  private dueAt(): number | null {
    return this.hasNewProgress ? this.paidUntil - EVENT_INTERVAL_MS : null;
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.queue.length = 0;
    this.onClose(this);
  }
}
