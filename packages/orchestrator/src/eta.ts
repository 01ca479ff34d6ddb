/**
 * Time left, from the rate that was observed.
 *
 * The rate is an exponential average over time (not over reports, so that many small reports weigh as much as few large
 * ones); its window grows with the work, so that a long run's estimate is calm. A new step starts a new rate, because its
 * share of the percentage says little about its speed; until the new rate is known, the old estimate counts down.
 * Percentages are 0..100, times are ms of one monotonic clock.
 */
export class EtaEstimator {
  /** Start of the observation of the current step. */
  #stepStart: number;
  /** Last report that moved the percentage. */
  #lastAt: number;
  #lastPercentage: number;
  /** Averaged percent per ms, still without the correction for the short history. */
  #rate = 0;
  /** Sum of the weights in `#rate`; 1 after long observation. */
  #weight = 0;
  /** Usual time between two reports, ms. */
  #gap = 0;
  /** When the work was last estimated to end. */
  #endsAt: number | null = null;

  constructor(now: number, percentage = 0) {
    this.#stepStart = now;
    this.#lastAt = now;
    this.#lastPercentage = percentage;
  }

  /** A step begins whose speed is not known. */
  startStep(now: number, percentage: number): void {
    const left = this.remaining(now);
    this.#endsAt = left === null ? null : now + left;
    this.#stepStart = now;
    this.#lastAt = now;
    this.#lastPercentage = percentage;
    this.#rate = 0;
    this.#weight = 0;
    this.#gap = 0;
  }

  /** The percentage is now `percentage`; what does not move it says nothing. */
  observe(now: number, percentage: number): void {
    const elapsed = now - this.#lastAt;
    const gained = percentage - this.#lastPercentage;
    if (elapsed <= 0 || gained <= 0) return;
    const keep = Math.exp(-elapsed / this.#window(now));
    this.#rate = this.#rate * keep + (gained / elapsed) * (1 - keep);
    this.#gap = this.#gap * keep + elapsed * (1 - keep);
    this.#weight = this.#weight * keep + (1 - keep);
    this.#lastAt = now;
    this.#lastPercentage = percentage;
  }

  /** Ms left at `now`, or `null` while nothing can be said. */
  remaining(now: number): number | null {
    if (this.#weight === 0 || this.#lastAt - this.#stepStart < SHORTEST_OBSERVATION_MS) {
      return this.#endsAt === null || this.#endsAt <= now ? null : this.#endsAt - now;
    }
    const silent = now - this.#lastAt;
    const gap = this.#gap / this.#weight;
    // within the usual gap time just passes; long after it the work is slower than it was
    const stalled = Math.max(0, silent - 3 * gap);
    const rate = (this.#rate / this.#weight) * Math.exp(-stalled / this.#window(now));
    const left = (100 - this.#lastPercentage) / rate;
    // a rate that is next to nothing says nothing
    return Number.isFinite(left) ? Math.max(0, left - Math.min(silent, gap)) : null;
  }

  #window(now: number): number {
    return Math.max(SHORTEST_WINDOW_MS, (now - this.#stepStart) / 4);
  }
}

/** Nothing is said from less. */
const SHORTEST_OBSERVATION_MS = 1000;
const SHORTEST_WINDOW_MS = 10_000;
