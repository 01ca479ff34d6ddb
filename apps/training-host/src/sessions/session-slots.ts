import type { CancellationToken } from '@ktrdr/orchestrator';

/** Lets so many sessions compute at a time; the others wait in the order in which they came. */
export class SessionSlots {
  private taken = 0;
  private readonly queue: (() => void)[] = [];

  constructor(readonly max: number) {}

  /**
   * Runs `work` when there is a slot. `onWait` is called where there is none yet.
   *
   * @throws OperationCancelledError where the token fires while it waits; else what `work` throws
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
      // A slot that is handed on stays taken.
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
