import type { Clock } from '@ktrdr/contracts';

/** A clock for tests of work that waits: a wait takes no time, but moves the clock. */
export class SkippingClock implements Clock {
  /** Each wait, ms. */
  readonly waits: number[] = [];
  private elapsed = 0;

  /** @param start ms UTC */
  constructor(private readonly start: number) {}

  now(): number {
    return this.start + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    this.waits.push(ms);
    this.elapsed += ms;
    return Promise.resolve();
  }

  setTimer(): () => void {
    throw new Error('no timers here');
  }

  advance(ms: number): void {
    this.elapsed += ms;
  }
}
