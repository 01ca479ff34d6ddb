import { KtrdrError } from '@ktrdr/contracts';

/** Seconds of requests that a caller may send at once. */
const BURST_SECONDS = 10;
/** Full budgets are forgotten when there are this many, and again whenever their number has doubled. */
const MANY_BUDGETS = 10_000;

interface Budget {
  /** Requests that may still be sent. */
  left: number;
  /** Monotonic ms of the last refill. */
  at: number;
}

/** A token bucket for each caller: `perSecond` requests, and ten seconds of them at once. */
export class RequestBudgets {
  private readonly budgets = new Map<string, Budget>();
  private forgetAt = MANY_BUDGETS;

  constructor(
    private readonly perSecond: number,
    /** What is limited, for the message: `requests that change something`. */
    private readonly what: string,
  ) {}

  /** Takes one request from the caller's budget. @returns the refusal, or `null` */
  refusalOf(caller: string, now: number): KtrdrError | null {
    const most = this.perSecond * BURST_SECONDS;
    let budget = this.budgets.get(caller);
    if (budget === undefined) {
      if (this.budgets.size >= this.forgetAt) this.forgetFull(now);
      budget = { left: most, at: now };
      this.budgets.set(caller, budget);
    }
    budget.left = Math.min(most, budget.left + ((now - budget.at) / 1000) * this.perSecond);
    budget.at = now;
    if (budget.left >= 1) {
      budget.left -= 1;
      return null;
    }
    const seconds = Math.max(1, Math.ceil((1 - budget.left) / this.perSecond));
    return new KtrdrError(
      'too_many_requests',
      `You have sent more than ${most} ${this.what} at once; ${this.perSecond} a second are allowed. Try again after ${seconds} s.`,
      { details: { retry_after_seconds: seconds, per_second: this.perSecond } },
    );
  }

  private forgetFull(now: number): void {
    for (const [caller, { left, at }] of this.budgets)
      if (left + ((now - at) / 1000) * this.perSecond >= this.perSecond * BURST_SECONDS)
        this.budgets.delete(caller);
    // not at each new caller, if few are full
    this.forgetAt = Math.max(MANY_BUDGETS, 2 * this.budgets.size);
  }
}
