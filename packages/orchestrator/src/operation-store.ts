import type {
  Operation,
  OperationList,
  OperationProgress,
  OperationStatus,
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

/** Outcome of a conditional write: the operation as it is now, and whether the write is what made it so. */
export interface Written {
  operation: Operation;
  changed: boolean;
}

/**
 * Where operations are kept. Every implementation runs `operationStoreConformance` of `@ktrdr/orchestrator/testing`.
 * What goes in and what comes out are copies: changing one never changes what is stored. Each method is atomic.
 */
export interface OperationStore {
  /**
   * Keeps a new operation. Where `taskId` is known already nothing is written, and the operation that has it comes back
   * with `changed: false`; that holds for concurrent calls too.
   * @throws KtrdrError `operation_conflict` where the operation's id exists.
   */
  create(operation: Operation, taskId?: string): Promise<Written>;

  /** The operation, or `null` where there is none (any more). */
  get(operationId: string): Promise<Operation | null>;

  /** Newest first. `total_count` counts all that match the filters, `active_count` all operations that have not ended. */
  list(query: OperationQuery): Promise<OperationList>;

  /**
   * Applies `changeStatus` if the operation's status is one of `from` and its attempt is `attempt`; else changes nothing.
   * @throws KtrdrError `operation_not_found`
   */
  transition(
    operationId: string,
    attempt: number,
    from: readonly OperationStatus[],
    change: StatusChange,
  ): Promise<Written>;

  /**
   * Replaces progress and warnings of an operation that has not ended, if its attempt is `attempt`.
   * @returns whether anything was written
   */
  saveProgress(
    operationId: string,
    attempt: number,
    progress: OperationProgress,
    warnings: readonly string[],
  ): Promise<boolean>;

  /** Resolves where the store can be used. @throws where it cannot. */
  check(): Promise<void>;
}
