import type {
  Operation,
  OperationHistoryEntry,
  OperationProgress,
  OperationStatus,
  OperationSummary,
  OperationType,
} from '@ktrdr/contracts';
import type { StatusChange } from './operation.js';

/** What `list` selects. */
export interface OperationQuery {
  status?: OperationStatus;
  type?: OperationType;
  /** At most this many. */
  limit: number;
  /** After so many newer ones. */
  offset: number;
}

/** What `list` answers. */
export interface OperationPage {
  /** Newest first. */
  operations: OperationSummary[];
  /** All operations that match the filters. */
  total_count: number;
  /** All operations that have not ended. */
  active_count: number;
}

/** Who runs an operation, and for how long that holds unless it is renewed. */
export interface Lease {
  /** Name of a process, another one each time that it starts. */
  owner: string;
  ms: number;
}

export interface NewOperation {
  operation: Operation;
  /** What the operation's manager needs to run it again, as JSON; comes back in {@link TakenOver} and from `getRequest`. */
  request: unknown;
  /** Starting twice with one id gives one operation. */
  taskId?: string;
  lease: Lease;
}

/** An operation as it is stored. */
export interface StoredOperation {
  operation: Operation;
  /** Counts the owners, from 1. The store refuses writes that name an older epoch (I2). */
  epoch: number;
  owner: string;
  /** Somebody wants its cancel without a grace time. */
  cancelForced: boolean;
}

/** Outcome of a conditional write: the operation as it is now, and whether the write is what made it so. */
export interface Written extends StoredOperation {
  changed: boolean;
}

/** What a running operation leaves in the store as it goes. */
export interface SavedProgress {
  progress: OperationProgress;
  warnings: readonly string[];
  /** The next attempt could go on if this one ended now. */
  resumable: boolean;
}

/** An operation that changed hands, from an owner that is gone. */
export interface TakenOver extends StoredOperation {
  request: unknown;
  previousOwner: string;
  /**
   * When the previous owner last renewed its lease, ISO 8601, by the store's clock; `null` if it had released the lease. Exact
   * only if all owners use leases of the same length.
   */
  lastHeardAt: string | null;
}

/**
 * Where operations are kept. Every implementation runs `operationStoreConformance` of `@ktrdr/orchestrator/testing`.
 * What goes in and what comes out are copies: changing one never changes what is stored. Each method is atomic, between
 * processes too. Every method throws KtrdrError `store_unavailable` where the store cannot be reached.
 */
export interface OperationStore {
  /**
   * Keeps a new operation, with its first epoch. Where `taskId` is known already nothing is written, and the operation that
   * has it comes back with `changed: false`; that holds for concurrent calls too.
   * @throws KtrdrError `operation_conflict` where the operation's id exists.
   */
  create(operation: NewOperation): Promise<Written>;

  /** The operation, or `null` where there is none (any more). */
  get(operationId: string): Promise<StoredOperation | null>;

  /** The request that it was created with. @throws KtrdrError `operation_not_found` */
  getRequest(operationId: string): Promise<unknown>;

  /** Changes of its status, oldest first; empty where there is no such operation. */
  history(operationId: string): Promise<OperationHistoryEntry[]>;

  list(query: OperationQuery): Promise<OperationPage>;

  /**
   * Applies `changeStatus` if the operation's status is one of `from` and its epoch is `epoch`; else changes nothing. The
   * change is kept in the history. With `lease` the operation gets that owner and the next epoch.
   * @throws KtrdrError `operation_not_found`
   */
  transition(
    operationId: string,
    epoch: number,
    from: readonly OperationStatus[],
    change: StatusChange,
    lease?: Lease,
  ): Promise<Written>;

  /** Records, for its owner to see, that a `cancelling` operation is to end without a grace time. */
  forceCancel(operationId: string, epoch: number): Promise<void>;

  /**
   * Replaces what is shown of an operation that has not ended, if its epoch is `epoch`.
   * @returns whether anything was written
   */
  saveProgress(operationId: string, epoch: number, saved: SavedProgress): Promise<boolean>;

  /**
   * Begins the lease's time again for those of `operations` that have not ended and still have this epoch and owner.
   * @returns these, as they are now
   */
  renew(lease: Lease, operations: ReadonlyMap<string, number>): Promise<StoredOperation[]>;

  /** Ends the lease of an operation that is left to whoever takes it over, if its epoch is `epoch`. */
  release(operationId: string, epoch: number): Promise<void>;

  /** Distinct owners of the operations that have not ended. */
  owners(): Promise<string[]>;

  /**
   * Takes over up to `most` operations that have not ended, oldest first, if their lease has expired or their owner is in
   * `gone`. Each gets the caller as owner, the next epoch and a line in its history. Only one caller gets an operation.
   * @param at ISO 8601, for the history
   * @param gone owners that are known to have ended, even if their leases have not expired
   */
  takeOver(lease: Lease, at: string, most: number, gone?: readonly string[]): Promise<TakenOver[]>;

  /** Removes up to `most` operations that ended before `before` (ISO 8601). @returns their ids */
  removeEnded(before: string, most: number): Promise<string[]>;

  /**
   * Calls `listener` with the id of every operation that was written, by this process or, where the store can tell, by
   * another; at least the newest of several quick writes is told. Returns how to stop that.
   */
  onWrite(listener: (operationId: string) => void): () => void;

  /** Resolves where the store can be used. @throws where it cannot. */
  check(): Promise<void>;

  /** Gives back what it holds; nothing else is called afterwards. */
  close(): Promise<void>;
}
