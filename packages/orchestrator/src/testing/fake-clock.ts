import type { Clock } from '../clock.js';

interface FakeTimer {
  at: number;
  callback: () => void;
}

/** A clock that stands still until the test moves it. */
export class FakeClock implements Clock {
  private readonly start: number;
  /** Ms since the start. */
  private elapsed = 0;
  /** In the order in which they were set. */
  private readonly timers = new Set<FakeTimer>();

  /** `start`: wall-clock time at the beginning, ms since 1970. */
  constructor(start = Date.UTC(2026, 0, 5, 9, 30)) {
    this.start = start;
  }

  now(): number {
    return this.start + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = () => {
        cancelTimer();
        reject(signal?.reason as Error);
      };
      const cancelTimer = this.setTimer(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  setTimer(ms: number, callback: () => void): () => void {
    const timer = { at: this.elapsed + ms, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Number of pending timers and sleeps. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Moves the time without running anything else, as in work that never yields. */
  skip(ms: number): void {
    this.elapsed += ms;
  }

  /** Moves the time, fires due timers in order, and lets the code that they wake run. */
  async advance(ms: number): Promise<void> {
    const until = this.elapsed + ms;
    await settle();
    for (;;) {
      const due = [...this.timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers.delete(due);
      this.elapsed = Math.max(this.elapsed, due.at);
      due.callback();
      await settle();
    }
    this.elapsed = until;
  }
}

/** Waits until all promises that can settle now have settled. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
