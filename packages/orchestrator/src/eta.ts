/** The part of the whole that a step covers, in percent. */
export interface StepRange {
  from: number;
  width: number;
}

const WHOLE: StepRange = { from: 0, width: 100 };

/**
 * Estimates the time left from observed rates.
 *
 * Each step has its own rate: an exponential average over time, so that many small reports weigh as much as few large ones.
 * Its window grows with the work, so that the estimate of a long run is stable. A step without reports and the remaining steps
 * use the rate of the longest step so far. The rate of a short step is not used for much longer ones.
 * Percentages are 0..100, times are ms of one monotonic clock.
 */
export class EtaEstimator {
  private step: StepRange = WHOLE;
  /** Start of the observation of the current step, and the percentage at that moment. */
  private stepStart: number;
  private startPercentage: number;
  /** Last report that moved the percentage. */
  private lastAt: number;
  private lastPercentage: number;
  /** Time of the step's first report. Time before it is ignored, because a network's first batch also prepares the engine. */
  private observedFrom: number | null = null;
  /** Averaged percent per ms, still without the correction for the short history. */
  private rate = 0;
  /** Sum of the weights in `rate`; 1 after long observation. */
  private weight = 0;
  /** Usual time between two reports, ms. */
  private gap = 0;
  /** The completed step that gained the most percent. */
  private longest: { gained: number; ms: number } | null = null;

  constructor(now: number, percentage = 0) {
    this.stepStart = now;
    this.startPercentage = percentage;
    this.lastAt = now;
    this.lastPercentage = percentage;
  }

  /** A step begins, or the whole work if it has no steps. */
  startStep(now: number, percentage: number, step: StepRange = WHOLE): void {
    const gained = this.lastPercentage - this.startPercentage;
    const ms = now - this.stepStart;
    if (ms >= SHORTEST_OBSERVATION_MS && gained > (this.longest?.gained ?? 0)) {
      this.longest = { gained, ms };
    }
    this.step = step;
    this.stepStart = now;
    this.startPercentage = percentage;
    this.lastAt = now;
    this.lastPercentage = percentage;
    this.observedFrom = null;
    this.rate = 0;
    this.weight = 0;
    this.gap = 0;
  }

  /** The percentage is now `percentage`. A report that does not move it is ignored. */
  observe(now: number, percentage: number): void {
    const elapsed = now - this.lastAt;
    const gained = percentage - this.lastPercentage;
    if (elapsed <= 0 || gained <= 0) return;
    if (this.observedFrom === null) {
      this.observedFrom = now;
      this.lastAt = now;
      this.lastPercentage = percentage;
      return;
    }
    const keep = Math.exp(-elapsed / this.window(now));
    this.rate = this.rate * keep + (gained / elapsed) * (1 - keep);
    this.gap = this.gap * keep + elapsed * (1 - keep);
    this.weight = this.weight * keep + (1 - keep);
    this.lastAt = now;
    this.lastPercentage = percentage;
  }

  /** Ms left at `now`, or `null` while it is unknown. */
  remaining(now: number): number | null {
    const left = this.isObserved ? this.leftByOwnRate(now) : this.leftByLongestStep(now);
    return left !== null && Number.isFinite(left) ? Math.max(0, left) : null;
  }

  private get isObserved(): boolean {
    return this.weight > 0 && this.lastAt - this.observedFrom! >= SHORTEST_OBSERVATION_MS;
  }

  private get stepEnd(): number {
    return this.step.from + this.step.width;
  }

  private leftByOwnRate(now: number): number | null {
    const silent = now - this.lastAt;
    const gap = this.gap / this.weight;
    // within the usual gap time just passes; long after it the work is slower than it was
    const stalled = Math.max(0, silent - 3 * gap);
    const rate = (this.rate / this.weight) * Math.exp(-stalled / this.window(now));
    const passed = Math.min(silent, gap);
    // count down to half of the estimate at most: the next report may be late
    const countedDown = (ms: number) => Math.max(ms / 2, ms - passed);
    const own = countedDown((100 - this.lastPercentage) / rate);
    const expected = this.msPerPercentOf(100 - this.startPercentage);
    if (expected === null) return own;
    // the first reports of a step are a small sample: shift gradually from the longest step's rate to the step's own
    const done = (this.lastPercentage - this.startPercentage) / (this.stepEnd - this.startPercentage);
    const trust = Math.min(1, done / TRUSTED_PART);
    const byLongest = countedDown((100 - this.lastPercentage) * expected);
    return trust * own + (1 - trust) * byLongest;
  }

  private leftByLongestStep(now: number): number | null {
    const left = 100 - this.lastPercentage;
    const msPerPercent = this.msPerPercentOf(left);
    if (msPerPercent === null) return null;
    const inStep = (this.stepEnd - this.lastPercentage) * msPerPercent;
    const elapsed = now - this.lastAt;
    if (elapsed > 10 * inStep + SHORTEST_WINDOW_MS) return null;
    // an overdue step is assumed to need half of its elapsed time more
    return Math.max(inStep - elapsed, elapsed / 2) + (100 - this.stepEnd) * msPerPercent;
  }

  /** Rate of the longest step, for an estimate over `percent` of the work; `null` if that step was too short for it. */
  private msPerPercentOf(percent: number): number | null {
    const { gained, ms } = this.longest ?? { gained: 0, ms: 0 };
    return gained > 0 && gained * MOST_EXTRAPOLATION >= percent ? ms / gained : null;
  }

  private window(now: number): number {
    return Math.max(SHORTEST_WINDOW_MS, (now - this.stepStart) / 2);
  }
}

/** A shorter observation gives no estimate, ms. */
const SHORTEST_OBSERVATION_MS = 1000;
const SHORTEST_WINDOW_MS = 10_000;
/** Part of a step after which only its own rate counts. */
const TRUSTED_PART = 0.5;
/** A step's rate is used for at most this many times its own share of the work. */
const MOST_EXTRAPOLATION = 16;
