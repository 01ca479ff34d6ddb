import type { Clock } from '@ktrdr/orchestrator';

/** A connection error as text for a log line, without the driver's stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  // if a name has several addresses, Node combines their errors into one without a message
  return error.message || code || error.name;
}

/** An outage ends only after this time without a failure, ms: requests that began during it may fail after the server is back. */
const QUIET_MS = 2_000;

/** From the first failure of the queue's server until it answers again. */
export class Outage {
  private startedAt: number | null = null;
  private lastFailure = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Start of the current outage, monotonic ms; `null` while the queue is usable. */
  get since(): number | null {
    return this.startedAt;
  }

  /** A request has failed. @returns true if an outage begins with it */
  failed(): boolean {
    this.lastFailure = this.clock.monotonic();
    if (this.startedAt !== null) return false;
    this.startedAt = this.lastFailure;
    return true;
  }

  /** A request has succeeded. @returns length of the outage that ends with it, s; `null` if none does */
  answered(): number | null {
    const now = this.clock.monotonic();
    if (this.startedAt === null || now - this.lastFailure < QUIET_MS) return null;
    const seconds = Math.round((now - this.startedAt) / 100) / 10;
    this.startedAt = null;
    return seconds;
  }
}
