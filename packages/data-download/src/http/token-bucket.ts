import type { Clock } from '@ktrdr/contracts';

const MINUTE_MS = 60_000;

/** Limits requests to `perMinute`. A pause lets nothing pass. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;
  private pausedUntil = -Infinity;

  /** @param most requests at once after a time without requests */
  constructor(
    private readonly perMinute: number,
    private readonly most: number,
    private readonly clock: Clock,
  ) {
    this.tokens = most;
    this.filledAt = clock.monotonic();
  }

  /** Waits until a request may be sent. @throws the signal's reason */
  async take(signal: AbortSignal): Promise<void> {
    for (let wait = this.waitMs(); wait > 0; wait = this.waitMs()) await this.clock.sleep(wait, signal);
    this.tokens -= 1;
  }

  /** No request passes for this long. */
  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.clock.monotonic() + ms);
  }

  /** Time until a token is there, ms; 0 if there is one. */
  waitMs(): number {
    const now = this.clock.monotonic();
    const filled = this.tokens + ((now - this.filledAt) * this.perMinute) / MINUTE_MS;
    this.tokens = Math.min(this.most, filled);
    this.filledAt = now;
    const untilToken = this.tokens >= 1 ? 0 : ((1 - this.tokens) * MINUTE_MS) / this.perMinute;
    // a timer counts whole milliseconds
    return Math.ceil(Math.max(untilToken, this.pausedUntil - now));
  }
}
