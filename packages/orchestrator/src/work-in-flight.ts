import { raceCancellation, type CancellationToken } from './cancellation.js';
import { isCancellation } from './errors.js';
import type { OrchestratorLogger } from './logger.js';

/** Work that an operation has stopped waiting for, but that still runs. The operation ends only when it has settled (I5). */
export class WorkInFlight {
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly token: CancellationToken,
    private readonly logger: OrchestratorLogger,
  ) {}

  /**
   * Runs `work` and stops waiting for it when the token fires.
   * @throws OperationCancelledError as soon as the token fires, without calling `work` if it already has; else what `work` throws
   */
  async run<T>(work: (token: CancellationToken) => Promise<T>): Promise<T> {
    this.token.throwIfCancelled();
    const inFlight = work(this.token);
    const settled = inFlight.then(
      () => {},
      (error: unknown) => this.logLateError(error),
    );
    this.running.add(settled);
    void settled.finally(() => this.running.delete(settled));
    return raceCancellation(this.token, inFlight);
  }

  /** Resolves when none of the work runs any more. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** After the cancellation, no caller waits for the work, so its error would be lost without the log. */
  private logLateError(error: unknown): void {
    if (!this.token.isCancelled || isCancellation(error)) return;
    this.logger.warn('work in flight failed after the cancellation', { error });
  }
}
