import { setImmediate } from 'node:timers/promises';
import { TrainingCancelledError } from './training-cancelled-error.js';

/** ms of computation before messages and timers are processed. */
const SLICE_MS = 8;

/** Keeps a long computation in one thread responsive: yields to the event loop regularly and checks for an abort. */
export class TimeSlice {
  private start: number;

  constructor(
    private readonly signal: AbortSignal,
    private readonly clock: { now(): number },
  ) {
    this.start = clock.now();
  }

  /** Whether it is time to call `pause`. Reads the clock. */
  get isUp(): boolean {
    return this.signal.aborted || this.clock.now() - this.start >= SLICE_MS;
  }

  /**
   * Yields to the event loop if the slice is used up.
   *
   * @throws TrainingCancelledError if the signal is aborted
   */
  async pause(): Promise<void> {
    if (this.isUp && !this.signal.aborted) {
      await setImmediate();
      this.start = this.clock.now();
    }
    if (this.signal.aborted) throw new TrainingCancelledError();
  }
}
