import { setImmediate } from 'node:timers/promises';
import { TrainingCancelledError } from './training-cancelled-error.js';

/** Computing may hold the process this long (ms) before messages and timers get their turn. */
const SLICE_MS = 8;

/** Keeps a long computation in one thread answerable: lets others run now and then, and notices an abort. */
export class TimeSlice {
  private start: number;

  constructor(
    private readonly signal: AbortSignal,
    private readonly clock: { now(): number },
  ) {
    this.start = clock.now();
  }

  /** True when it is time to call `pause`; costs a look at the clock. */
  get isUp(): boolean {
    return this.signal.aborted || this.clock.now() - this.start >= SLICE_MS;
  }

  /**
   * Lets messages and timers run if the slice is used up.
   *
   * @throws TrainingCancelledError when the signal was aborted
   */
  async pause(): Promise<void> {
    if (this.isUp && !this.signal.aborted) {
      await setImmediate();
      this.start = this.clock.now();
    }
    if (this.signal.aborted) throw new TrainingCancelledError();
  }
}
