/** A shorter time says too little, ms. */
const LEAST_MS = 20;
/** The rate is measured over at least this time, ms, and at least one epoch. */
const WINDOW_MS = 1_000;

/** How many training samples a loop processes in a second, validation included. */
export class SampleRate {
  private from: { at: number; rows: number } | null = null;

  /** @param beganAt ms */
  constructor(private readonly beganAt: number) {}

  /** @param rows trained so far @param newest of them, in the batch that ended last */
  begin(rows: number, newest: number): void {
    this.from ??= { at: this.beganAt, rows: rows - newest };
  }

  /** @returns samples per second, or `null` if that is not known yet */
  at(now: number, rows: number): number | null {
    const { from } = this;
    if (from === null || now - from.at < LEAST_MS) return null;
    return ((rows - from.rows) * 1_000) / (now - from.at);
  }

  /** An epoch ended. */
  epochEnded(now: number, rows: number): void {
    if (this.from !== null && now - this.from.at >= WINDOW_MS) this.from = { at: now, rows };
  }
}
