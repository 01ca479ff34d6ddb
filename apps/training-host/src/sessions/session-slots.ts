import type { CancellationToken } from '@ktrdr/orchestrator';

/** Limits how many sessions compute at a time. The others wait in the order in which they arrived. */
export class SessionSlots {
  private taken = 0;
  private readonly queue: (() => void)[] = [];

  constructor(readonly max: number) {}

  /**
   * Runs `work` when there is a slot. Calls `onWait` if there is none yet.
   *
   * @throws OperationCancelledError if the token fires during the wait; otherwise what `work` throws
   */
  async use<T>(token: CancellationToken, onWait: () => void, work: () => Promise<T>): Promise<T> {
    token.throwIfCancelled();
    if (this.taken < this.max) this.taken += 1;
    else {
      onWait();
      await this.turn(token);
    }
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      // a slot that goes to the next session stays taken
      if (next) next();
      else this.taken -= 1;
    }
  }

  private turn(token: CancellationToken): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        token.signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.queue.splice(this.queue.indexOf(begin), 1);
        reject(token.signal.reason as Error);
      };
      this.queue.push(begin);
      token.signal.addEventListener('abort', leave, { once: true });
    });
  }
}
