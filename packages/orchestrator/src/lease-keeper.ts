import { isOutage } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import type { OrchestratorLogger } from './logger.js';
import type { Lease, OperationStore, StoredOperation, TakenOver } from './operation-store.js';
import type { StoreOutage } from './store-outage.js';

/** Renewals per lease: two may fail before the lease expires. */
const TURNS = 3;
/** Maximum number of operations taken over between two renewals. */
const MOST_AT_ONCE = 100;

export interface LeaseKeeperParts {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  outage: StoreOutage;
  lease: Lease;
  /** True if the process of this owner has certainly ended. */
  isOwnerGone: (owner: string) => boolean;
  /** What this process runs: ids and epochs. */
  held: () => ReadonlyMap<string, number>;
  /** Called with the operations that still belong to this process. `asked`: the operations that were to be renewed. */
  onRenewed: (renewed: StoredOperation[], asked: ReadonlyMap<string, number>) => void;
  /** Called with the operations that this process has taken over. Never rejects. */
  onTakenOver: (taken: readonly TakenOver[]) => Promise<void>;
}

/**
 * Renews the leases of the operations that this process runs, and takes over operations whose owner is gone: at its start, then
 * three times per lease. An owner is gone if its lease has expired, or if its process is known to have ended.
 * After an outage of the store the keeper waits for the length of one lease, so that other owners can renew theirs.
 */
export class LeaseKeeper {
  private readonly parts: LeaseKeeperParts;
  private turn: Promise<void> = Promise.resolve();
  private cancelTimer = () => {};
  private stopped = false;
  /** Monotonic ms. */
  private takesOverFrom = 0;
  private storeAway = false;

  constructor(parts: LeaseKeeperParts) {
    this.parts = parts;
  }

  /** Resolves after the first turn. */
  start(): Promise<void> {
    this.turn = this.takeTurn();
    return this.turn;
  }

  /** Takes over no more operations. The leases of running ones are renewed until {@link stop}. */
  takeOverNothing(): void {
    this.takesOverFrom = Infinity;
  }

  /** Resolves when the current turn has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer();
    await this.turn;
  }

  private async takeTurn(): Promise<void> {
    const { clock, lease, logger, outage } = this.parts;
    try {
      if (this.storeAway) await this.parts.store.check();
      do await this.renew();
      while ((await this.takeOver()) === MOST_AT_ONCE && !this.stopped);
      outage.answered();
      this.storeAway = false;
    } catch (error) {
      if (!this.storeAway && !isOutage(error)) logger.error('leases could not be renewed', { error });
      this.storeAway = true;
      this.takesOverFrom = Math.max(this.takesOverFrom, clock.monotonic() + lease.ms);
    }
    if (this.stopped) return;
    this.cancelTimer = clock.setTimer(lease.ms / TURNS, () => {
      this.turn = this.takeTurn();
    });
  }

  private async renew(): Promise<void> {
    const { store, lease, held, onRenewed } = this.parts;
    const asked = new Map(held());
    if (asked.size === 0) return;
    onRenewed(await store.renew(lease, asked), asked);
  }

  /** @returns the number of operations taken over */
  private async takeOver(): Promise<number> {
    const { store, clock, lease, logger, isOwnerGone, onTakenOver } = this.parts;
    if (clock.monotonic() < this.takesOverFrom) return 0;
    const at = new Date(clock.now()).toISOString();
    const gone = (await store.owners()).filter(isOwnerGone);
    const abandoned = await store.takeOver(lease, at, MOST_AT_ONCE, gone);
    for (const { operation, previousOwner: from } of abandoned) {
      const { operation_id, status } = operation;
      logger.warn('an operation was taken over', { operation_id, status, from });
    }
    await onTakenOver(abandoned);
    return abandoned.length;
  }
}
