/** What whoever put a job in sees of it. */
export type JobState<TReport, TOutcome> =
  /** `ahead`: so many are taken before it; `null` where that is not known yet. */
  | { state: 'waiting'; ahead: number | null }
  /** Its user has as many running as may be. */
  | { state: 'held' }
  /** A worker has taken it; not begun, it waits to be told that it may. */
  | { state: 'taken'; run: number; worker: string; begun: boolean; report: TReport | null }
  | { state: 'completed'; outcome: TOutcome }
  /** What the work threw, or why no worker is to try it again. */
  | { state: 'failed'; reason: string }
  /** The queue does not know it: it was removed, or the queue has lost what it had. */
  | { state: 'missing' }
  /** Nothing is known: the queue gives no answer since `since`, monotonic ms. */
  | { state: 'unreachable'; since: number; cause: unknown };

/** Newest state of one job, for one reader. */
export class JobWatch<TReport, TOutcome> implements AsyncIterableIterator<JobState<TReport, TOutcome>> {
  /** Monotonic ms of the last certain news. */
  heardAt = -Infinity;
  /** Monotonic ms when its reader was last told how many are before it. */
  placedAt = -Infinity;
  #state: JobState<TReport, TOutcome> | null = null;
  #unread = false;
  #closed = false;
  #wake = () => {};

  constructor(private readonly onClose: () => void) {}

  get state(): JobState<TReport, TOutcome> | null {
    return this.#state;
  }

  set(state: JobState<TReport, TOutcome>): void {
    const last = this.#state;
    // of two workers that say they have the job, the one that took it last has it
    if (last?.state === 'taken' && state.state === 'taken' && state.run < last.run) return;
    if (last?.state === 'completed') return;
    this.#state = state;
    this.#unread = true;
    this.#wake();
  }

  /** Gives the state once more, though nothing has changed. */
  remind(): void {
    this.#unread ||= this.#state !== null;
    this.#wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<JobState<TReport, TOutcome>>> {
    while (!this.#unread && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#closed || this.#state === null) return { done: true, value: undefined };
    this.#unread = false;
    return { done: false, value: this.#state };
  }

  async return(): Promise<IteratorResult<JobState<TReport, TOutcome>>> {
    this.#closed = true;
    this.#wake();
    this.onClose();
    return { done: true, value: undefined };
  }
}
