import type {
  MetricPoint,
  Operation,
  OperationHistoryEntry,
  OperationProgress,
  OperationStatus,
  OperationSummary,
  OperationType,
  TimelinePhase,
} from '@ktrdr/contracts';
import type { RecordsChange } from './attempt-records.js';
import type { StatusChange } from './operation.js';

/** Filters and page of `list`. */
export interface OperationQuery {
  statuses?: readonly OperationStatus[];
  types?: readonly OperationType[];
  /** ISO 8601 in UTC with milliseconds, included. */
  createdFrom?: string;
  /** ISO 8601 in UTC with milliseconds, not included. */
  createdBefore?: string;
  /** Words separated by spaces; `searchText` of an operation must contain each of them, in upper or lower case. */
  search?: string;
  /** Maximum number of operations. */
  limit: number;
  /** Number of newer operations to skip. */
  offset: number;
}

/** Result of `list`. */
export interface OperationPage {
  /** Newest first. */
  operations: OperationSummary[];
  /** All operations that match the filters. */
  total_count: number;
  /** All operations that have not ended. */
  active_count: number;
}

/** The owner of an operation, and how long it stays the owner without a renewal. */
export interface Lease {
  /** Name of a process; a new one for each start. */
  owner: string;
  ms: number;
}

export interface NewOperation {
  operation: Operation;
  /** What the operation's manager needs to run it again, as JSON. {@link TakenOver} and `getRequest` return it. */
  request: unknown;
  /** Starting twice with the same id gives one operation. */
  taskId?: string;
  /** Refuse it if this many operations of its type are `pending`. Default: no limit. */
  mostPending?: number;
  lease: Lease;
}

/** A stored operation. */
export interface StoredOperation {
  operation: Operation;
  /** Counts the owners, from 1. The store refuses writes that name an older epoch (I2). */
  epoch: number;
  owner: string;
  /** A cancel by force was requested: the work gets no grace time. */
  cancelForced: boolean;
}

/** Outcome of a conditional write: the current operation, and whether this write has changed it. */
export interface Written extends StoredOperation {
  changed: boolean;
}

/** What a running operation writes to the store while it runs. */
export interface SavedProgress {
  progress: OperationProgress;
  warnings: readonly string[];
  /** The next attempt could resume if this one ended now. */
  resumable: boolean;
}

/** An operation that was taken over because its owner is gone. */
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
 * Where operations are stored. Every implementation runs `operationStoreConformance` of `@ktrdr/orchestrator/testing`.
 * Arguments and results are copies: modifying one never changes the stored data. Each method is atomic, also between
 * processes. Every method throws KtrdrError `store_unavailable` if the store cannot be reached.
 */
export interface OperationStore {
  /**
   * Stores a new operation with its first epoch. If an operation already has the `taskId`, nothing is written, and that operation
   * is returned with `changed: false`. This also holds for concurrent calls.
   * @throws KtrdrError `operation_conflict` if the operation's id already exists; `too_many_waiting` if `mostPending` are pending
   */
  create(operation: NewOperation): Promise<Written>;

  /** The operation; `null` if it is unknown or was removed. */
  get(operationId: string): Promise<StoredOperation | null>;

  /** The request that it was created with. @throws KtrdrError `operation_not_found` */
  getRequest(operationId: string): Promise<unknown>;

  /** Changes of its status, oldest first; empty for an unknown operation. */
  history(operationId: string): Promise<OperationHistoryEntry[]>;

  list(query: OperationQuery): Promise<OperationPage>;

  /**
   * Applies `changeStatus` if the operation's status is one of `from` and its epoch is `epoch`; else changes nothing. The
   * history records the change. With `lease`, the same write sets that owner and the next epoch (I3). An attempt that starts at the
   * beginning removes the points.
   * @throws KtrdrError `operation_not_found`
   */
  transition(
    operationId: string,
    epoch: number,
    from: readonly OperationStatus[],
    change: StatusChange,
    lease?: Lease,
  ): Promise<Written>;

  /** Records a cancel by force of a `cancelling` operation; its owner reads it. */
  forceCancel(operationId: string, epoch: number): Promise<void>;

  /**
   * Replaces the progress of an operation that has not ended, if its epoch is `epoch`.
   * @returns whether it was written
   */
  saveProgress(operationId: string, epoch: number, saved: SavedProgress): Promise<boolean>;

  /**
   * Changes the points and phases of an operation that has not ended, if its epoch is `epoch`.
   * @returns whether it was written
   */
  saveRecords(operationId: string, epoch: number, change: RecordsChange): Promise<boolean>;

  /** Its points by seed and epoch; empty for an unknown operation. */
  metrics(operationId: string): Promise<MetricPoint[]>;

  /** Its phases as `saveRecords` has stored them; empty for an unknown operation. */
  phases(operationId: string): Promise<TimelinePhase[]>;

  /**
   * Renews the lease of those `operations` that have not ended and still have this epoch and owner.
   * @returns these operations in their current state
   */
  renew(lease: Lease, operations: ReadonlyMap<string, number>): Promise<StoredOperation[]>;

  /** Ends the lease of an operation if its epoch is `epoch`, so that another process can take it over at once. */
  release(operationId: string, epoch: number): Promise<void>;

  /** Distinct owners of the operations that have not ended. */
  owners(): Promise<string[]>;

  /**
   * Takes over up to `most` operations that have not ended, oldest first, if their lease has expired or their owner is in
   * `gone`. Each gets the caller as owner, the next epoch and a line in its history. Only one caller gets an operation (I3).
   * @param at ISO 8601, for the history
   * @param gone owners that are known to have ended, even if their leases have not expired
   */
  takeOver(lease: Lease, at: string, most: number, gone?: readonly string[]): Promise<TakenOver[]>;

  /** Removes up to `most` operations that ended before `before` (ISO 8601). @returns their ids */
  removeEnded(before: string, most: number): Promise<string[]>;

  /**
   * Calls `listener` with the id of every operation that this process writes or removes or, if the store can tell, another process.
   * Quick writes may be merged into one call. `null`: writes of other processes may have been missed.
   * @returns a function that removes the listener
   */
  onWrite(listener: (operationId: string | null) => void): () => void;

  /** Resolves if the store is available. @throws if it is not */
  check(): Promise<void>;

  /** Releases its resources. No other method is called afterwards. */
  close(): Promise<void>;
}
