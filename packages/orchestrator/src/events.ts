import { isTerminalStatus, type Operation, type OperationEventType } from '@ktrdr/contracts';
import type { Clock } from './clock.js';

/** A change of an operation and the operation after it (a copy that belongs to the receiver). */
export interface OperationEvent {
  type: OperationEventType;
  operation: Operation;
}

/** Called with every change of a status. */
export type StatusListener = (operation: Operation) => void | Promise<void>;

/** Shortest time between two progress events of one watch, ms. */
export const EVENT_INTERVAL_MS = 100;

/**
 * One reader's view of a running operation. Progress is coalesced: the reader gets the newest state at most once an
 * interval, however slow it reads; changes of the status come at once, in order, and none is lost. Ends after the terminal one,
 * or when nothing more will come.
 */
export class OperationWatch implements AsyncIterableIterator<OperationEvent> {
  readonly #clock: Clock;
  readonly #snapshot: () => Operation;
  readonly #onClose: (watch: OperationWatch) => void;
  /** Status events that wait; a handful at most. */
  readonly #queue: OperationEvent[] = [];
  #progressChanged = false;
  #nextProgressAt: number;
  #ended = false;
  #closed = false;
  #wake: (() => void) | null = null;
  /** Calls of `next` are answered one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `snapshot` gives a copy of the operation as it is; `onClose` is told when the reader has left or everything was read. */
  constructor(clock: Clock, snapshot: () => Operation, onClose: (watch: OperationWatch) => void) {
    this.#clock = clock;
    this.#snapshot = snapshot;
    this.#onClose = onClose;
    this.#nextProgressAt = clock.monotonic() + EVENT_INTERVAL_MS;
    this.statusChanged();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  statusChanged(): void {
    if (this.#closed) return;
    this.#queue.push({ type: 'status', operation: this.#snapshot() });
    // the status event carries the newest progress too
    this.#progressChanged = false;
    this.#wake?.();
  }

  progressChanged(): void {
    if (this.#progressChanged) return;
    this.#progressChanged = true;
    this.#wake?.();
  }

  /** Nothing more will come: the reader gets what it has not read yet, and then the end. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  next(): Promise<IteratorResult<OperationEvent>> {
    const turn = this.#turn.then(() => this.#take());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  return(): Promise<IteratorResult<OperationEvent>> {
    this.#close();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #take(): Promise<IteratorResult<OperationEvent>> {
    for (;;) {
      if (this.#closed) return { done: true, value: undefined };
      const event = this.#queue.shift();
      if (event !== undefined) {
        if (isTerminalStatus(event.operation.status)) this.#close();
        return { done: false, value: event };
      }
      if (this.#ended) {
        this.#close();
        continue;
      }
      const now = this.#clock.monotonic();
      if (this.#progressChanged && now >= this.#nextProgressAt) {
        this.#progressChanged = false;
        this.#nextProgressAt = now + EVENT_INTERVAL_MS;
        return { done: false, value: { type: 'progress', operation: this.#snapshot() } };
      }
      await this.#sleep(this.#progressChanged ? this.#nextProgressAt - now : null);
    }
  }

  /** Until something changes; at most `ms` where given. */
  async #sleep(ms: number | null): Promise<void> {
    let cancelTimer: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== null) cancelTimer = this.#clock.setTimer(ms, resolve);
    });
    this.#wake = null;
    cancelTimer?.();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.length = 0;
    this.#wake?.();
    this.#onClose(this);
  }
}
