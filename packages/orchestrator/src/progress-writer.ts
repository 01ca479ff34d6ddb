import type { Clock } from './clock.js';

/** Shortest time between two stored states of one operation's progress, ms. */
export const PROGRESS_WRITE_INTERVAL_MS = 250;

/**
 * Writes progress to the store at most once an interval and never twice at a time. The last state is always written: by a
 * timer when the work goes quiet, by the ending when it ends.
 */
export class ProgressWriter {
  readonly #clock: Clock;
  readonly #write: () => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  #nextAt = 0;
  #writing = false;
  #stopped = false;
  /** Changed since the last write began. */
  #dirty = false;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, write: () => Promise<unknown>, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#write = write;
    this.#onError = onError;
  }

  /** Progress has changed. `now`: monotonic ms. */
  touch(now: number): void {
    this.#dirty = true;
    if (this.#writing || this.#stopped) return;
    // checked although a timer waits: work that never yields keeps timers from firing
    if (now >= this.#nextAt) this.#flush(now);
    else
      this.#cancelTimer ??= this.#clock.setTimer(this.#nextAt - now, () =>
        this.#flush(this.#clock.monotonic()),
      );
  }

  /** Writes no more: the ending writes the last state. */
  stop(): void {
    this.#stopped = true;
    this.#clearTimer();
  }

  #flush(now: number): void {
    this.#clearTimer();
    this.#dirty = false;
    this.#writing = true;
    this.#nextAt = now + PROGRESS_WRITE_INTERVAL_MS;
    void this.#writeOnce();
  }

  async #writeOnce(): Promise<void> {
    try {
      await this.#write();
    } catch (error) {
      this.#onError(error);
    }
    this.#writing = false;
    if (this.#dirty) this.touch(this.#clock.monotonic());
  }

  #clearTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
