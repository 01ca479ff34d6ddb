import { KtrdrError, STOPPING_REASON } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import type { OnInterrupt } from './interrupted-operation.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { RunningOperation } from './running-operation.js';
import type { RunningOperations } from './running-operations.js';

/** How long a forced cancellation may take, ms. */
const FORCED_MS = 2000;

export interface ServiceShutdownParts {
  clock: Clock;
  onInterrupt: OnInterrupt;
  running: RunningOperations;
  keeper: LeaseKeeper;
  cancel: (operationId: string, request: { reason: string; force: boolean }) => Promise<unknown>;
}

/** The end of a service: it starts nothing new, and what runs is cancelled or left to the next owner. */
export class ServiceShutdown {
  private hasBegun = false;

  constructor(private readonly parts: ServiceShutdownParts) {}

  get begun(): boolean {
    return this.hasBegun;
  }

  /** @throws KtrdrError `service_stopping` */
  throwIfBegun(): void {
    if (!this.hasBegun) return;
    throw new KtrdrError(
      'service_stopping',
      'The service is stopping and starts nothing new. Try again after it has restarted.',
    );
  }

  /** See `OperationsService.shutdown`. */
  async run(graceMs: number): Promise<string[]> {
    const { keeper, running } = this.parts;
    this.hasBegun = true;
    keeper.takeOverNothing();
    await this.stopAll(false);
    if (!(await this.idleWithin(graceMs))) {
      await this.stopAll(true);
      await this.idleWithin(FORCED_MS);
    }
    await keeper.stop();
    return [...running.epochs().keys()];
  }

  /** An operation was stored: cancels it if the shutdown began in the meantime. */
  async stored(operationId: string): Promise<void> {
    if (!this.hasBegun) return;
    // the shutdown itself may have cancelled it already
    await this.parts.cancel(operationId, { reason: STOPPING_REASON, force: false }).catch(() => {});
  }

  private async stopAll(force: boolean): Promise<void> {
    // an operation that ends in the meantime, or is not stored yet, cannot be cancelled and need not be
    await Promise.allSettled(this.parts.running.all().map((running) => this.stop(running, force)));
  }

  private async stop(running: RunningOperation<unknown>, force: boolean): Promise<void> {
    const { onInterrupt, cancel } = this.parts;
    const goesOn =
      running.outlivesOwner ||
      running.isWaiting ||
      (onInterrupt === 'resume' && running.status === 'running');
    if (goesOn) running.abandon(STOPPING_REASON, { force });
    else await cancel(running.operationId, { reason: STOPPING_REASON, force });
  }

  private async idleWithin(ms: number): Promise<boolean> {
    const { clock, running } = this.parts;
    const enough = new AbortController();
    const outOfTime = clock.sleep(ms, enough.signal).catch(() => {});
    await Promise.race([running.idle(), outOfTime]);
    enough.abort();
    return running.size === 0;
  }
}
