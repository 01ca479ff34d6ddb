import { isTerminalStatus, type Operation, type OperationEventType } from '@ktrdr/contracts';
import type { Clock } from './clock.js';

/** A change of an operation, with the operation after the change. Readers share this copy and must not modify it. */
export interface OperationEvent {
  readonly type: OperationEventType;
  readonly operation: Readonly<Operation>;
}

/** What a status listener gets. The whole operation would be copied for each change. */
export type StatusNotice = Readonly<
  Pick<Operation, 'operation_id' | 'operation_type' | 'status' | 'attempt'>
>;

/** Called with every status change. */
export type StatusListener = (changed: StatusNotice) => void | Promise<void>;

/** Average time between two progress events of one watch, ms. One event may follow another at once. */
export const EVENT_INTERVAL_MS = 100;

/**
 * One reader's view of a running operation. Progress is coalesced: the reader gets only the newest state, on average at most once
 * per interval. Work that reports less often is shown without delay. Status changes arrive at once, in order, and none is lost.
 * Ends after the terminal status, or when no more events can come.
 */
export class OperationWatch implements AsyncIterableIterator<OperationEvent> {
  private readonly clock: Clock;
  private readonly snapshot: () => Operation;
  private readonly onClose: (watch: OperationWatch) => void;
  /** Status events that were not read yet; a handful at most. */
  private readonly queue: OperationEvent[] = [];
  /** Pending reads, in order. */
  private readonly reads: ((result: IteratorResult<OperationEvent>) => void)[] = [];
  private hasNewProgress = false;
  /** When the events so far would end at a rate of one per interval. Monotonic ms. */
  private paidUntil: number;
  private ended = false;
  private closed = false;
  private cancelTimer: (() => void) | null = null;

  /**
   * @param snapshot returns the current operation, a shared copy that must not be modified
   * @param onClose called when the reader has left or has read everything
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

  /** No more events will come: the reader gets the unread ones, then the end. */
  end(): void {
    this.ended = true;
    this.serve();
  }

  next(): Promise<IteratorResult<OperationEvent>> {
    // not an async function, for speed: a thousand readers take ten events a second each
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

  /** Answers pending reads while there are events, then sets a timer for the next one. */
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

  /** The next event; `null` if the reader has to wait. */
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

  /** When the next progress event is due, monotonic ms; `null` if nothing has changed. */
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
