import type { Operation } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import { OperationWatch } from './events.js';
import { frozen } from './operation.js';

/** The readers of one running operation. They share one copy of its state until it changes. */
export class OperationWatches {
  private readonly watches = new Set<OperationWatch>();
  /** `null` after a change, until a reader asks for the new state. */
  private state: Operation | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly snapshot: () => Operation,
  ) {}

  /** @param signal when it aborts, the watch ends */
  open(signal?: AbortSignal): OperationWatch {
    const watch = new OperationWatch(
      this.clock,
      () => (this.state ??= frozen(this.snapshot())),
      (closed) => {
        this.watches.delete(closed);
        signal?.removeEventListener('abort', leave);
      },
    );
    const leave = () => void watch.return();
    this.watches.add(watch);
    if (signal?.aborted === true) leave();
    else signal?.addEventListener('abort', leave);
    return watch;
  }

  statusChanged(): void {
    this.stateReplaced();
    for (const watch of this.watches) watch.statusChanged();
  }

  progressChanged(): void {
    this.stateReplaced();
    for (const watch of this.watches) watch.progressChanged();
  }

  /** Later readers get a new copy. There is no event. */
  stateReplaced(): void {
    this.state = null;
  }

  /** No event follows: each watch delivers what its reader has not read yet, then ends. */
  end(): void {
    for (const watch of this.watches) watch.end();
  }
}
