import { isOutage } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import type { OrchestratorLogger } from './logger.js';
import type { Lease, OperationStore, StoredOperation, TakenOver } from './operation-store.js';
import type { StoreOutage } from './store-outage.js';

/** Turns in the time of one lease: two may fail before it is over. */
const TURNS = 3;
/** Operations that are taken over between two renewals. */
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
  /** Those of them that still belong to this process. `asked`: of which it was asked. */
  onRenewed: (renewed: StoredOperation[], asked: ReadonlyMap<string, number>) => void;
  /** An operation that belongs to this process from now on. Never rejects. */
  onTakenOver: (taken: TakenOver) => Promise<void>;
}

/**
 * Keeps the leases of what this process runs, and takes over operations whose owner is gone: once when it starts, then three
 * times in the time of a lease. An owner is gone when its lease has expired, or when its process is known to have ended.
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

  /** Takes over nothing more; what is held keeps its lease until {@link stop}. */
  takeOverNothing(): void {
    this.takesOverFrom = Infinity;
  }

  /** Resolves when the turn that is under way has ended. */
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

  /** @returns how many */
  private async takeOver(): Promise<number> {
    const { store, clock, lease, logger, isOwnerGone, onTakenOver } = this.parts;
    if (clock.monotonic() < this.takesOverFrom) return 0;
    const at = new Date(clock.now()).toISOString();
    const gone = (await store.owners()).filter(isOwnerGone);
    const abandoned = await store.takeOver(lease, at, MOST_AT_ONCE, gone);
    for (const taken of abandoned) {
      const { operation_id, status } = taken.operation;
      logger.warn('an operation was taken over', { operation_id, status, from: taken.previousOwner });
      await onTakenOver(taken);
    }
    return abandoned.length;
  }
}
