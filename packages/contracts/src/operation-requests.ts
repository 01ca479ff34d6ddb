import type { OperationHistoryEntry, OperationStatus } from './operation.js';
import type { OperationType, TypedOperationSummary } from './operation-types.js';

/** Queries, bodies and responses of the routes for operations of any type. */

/** Query of `GET /operations`. */
export interface ListOperationsQuery {
  /** Only operations with this status. */
  status?: OperationStatus;
  /** Only operations of this type. */
  type?: OperationType;
  /**
   * Maximum number of operations in the response.
   *
   * @default 50
   */
  limit?: number;
  /**
   * Number of newer operations to skip.
   *
   * @default 0
   */
  offset?: number;
}

/** `data` of `GET /operations`. */
export interface OperationList {
  /** Newest first. */
  operations: TypedOperationSummary[];
  /** All operations that match the query. */
  total_count: number;
  /** All operations that have not ended. */
  active_count: number;
}

/** `data` of `GET /operations/:id/history`. */
export interface OperationHistory {
  operation_id: string;
  /** Oldest first. */
  history: OperationHistoryEntry[];
}

/** Query of `DELETE /operations`. */
export interface RemoveOperationsQuery {
  /** Minimum number of days since an operation ended; 0 removes all ended operations. */
  older_than_days: number;
}

/** `data` of `DELETE /operations`. */
export interface OperationsRemoved {
  removed: number;
}

/** `data` of every start response. */
export interface OperationStarted {
  operation_id: string;
  status: 'started';
  message: string;
}

/** `data` of `POST /operations/:id/cancel`. */
export interface CancelOperationResponse {
  operation_id: string;
  status: OperationStatus;
  message: string;
}

/** Body of `POST /operations/:id/cancel`. */
export interface CancelOperationRequest {
  /** Reason, for display. */
  reason?: string;
  /**
   * Cancel at once, without the grace period.
   *
   * @default false
   */
  force?: boolean;
}
