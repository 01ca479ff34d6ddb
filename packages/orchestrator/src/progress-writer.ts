import type { Clock } from './clock.js';

/** Shortest average time between two stored states of one operation's progress, ms. One write may follow another at once. */
export const PROGRESS_WRITE_INTERVAL_MS = 100;

/**
 * Writes progress to the store: at most one write per interval on average, and one at a time. The last state is always
 * written: by a timer when reports stop, and with the final status when the work ends.
 */
export class ProgressWriter {
  private readonly clock: Clock;
  private readonly write: () => Promise<unknown>;
  private readonly onError: (error: unknown) => void;
  /** When the writes so far would end at a rate of one per interval. Monotonic ms. */
  private paidUntil = 0;
  private writing = false;
  private stopped = false;
  /** Changed since the last write began. */
  private dirty = false;
  /** The change must not wait for the interval. */
  private urgent = false;
  private cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, write: () => Promise<unknown>, onError: (error: unknown) => void) {
    this.clock = clock;
    this.write = write;
    this.onError = onError;
  }

  /** Progress has changed. `now`: monotonic ms. `urgent`: write it without waiting for the interval. */
  touch(now: number, urgent = false): void {
    this.dirty = true;
    if (urgent) this.urgent = true;
    if (this.writing || this.stopped) return;
    const dueAt = this.urgent ? now : this.paidUntil - PROGRESS_WRITE_INTERVAL_MS;
    // checked although a timer waits: work that never yields keeps timers from firing
    if (now >= dueAt) this.flush(now);
    else this.cancelTimer ??= this.clock.setTimer(dueAt - now, () => this.flush(this.clock.monotonic()));
  }

  /** Writes no more: the ending writes the last state. */
  stop(): void {
    this.stopped = true;
    this.clearTimer();
  }

  private flush(now: number): void {
    this.clearTimer();
    this.dirty = false;
    this.urgent = false;
    this.writing = true;
    this.paidUntil = Math.max(this.paidUntil, now) + PROGRESS_WRITE_INTERVAL_MS;
    void this.writeOnce();
  }

  private async writeOnce(): Promise<void> {
    try {
      await this.write();
    } catch (error) {
      this.onError(error);
    }
    this.writing = false;
    if (this.dirty) this.touch(this.clock.monotonic());
  }

  private clearTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }
}
