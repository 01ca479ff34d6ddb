import type { OperationHistoryEntry, OperationStatus } from './operation.js';
import type { TypedOperationSummary } from './operation-types.js';

/** Queries, bodies and responses of the routes for operations of any type. */

/** Query of `GET /operations`. */
export interface ListOperationsQuery {
  /**
   * Only operations with one of these statuses, separated by commas.
   *
   * @example "failed,cancelled"
   */
  status?: string;
  /**
   * Only operations of one of these types, separated by commas.
   *
   * @example "training"
   */
  type?: string;
  /**
   * Only operations created at this time or later: ISO 8601 with a time zone, or `YYYY-MM-DD` for midnight UTC.
   *
   * @example "2026-01-05T10:00:00Z"
   */
  since?: string;
  /**
   * Only operations created before this time, in the same format as `since`.
   *
   * @example "2026-01-06"
   */
  until?: string;
  /**
   * Only operations with each of these words in their id, strategy, symbols, timeframes or model. Upper and lower case are the same.
   *
   * @example "momentum AAPL"
   */
  search?: string;
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

/**
 * The events of `GET /operations/events`: `event:` is the key, `data:` the value as JSON. A reader loads its list after each
 * `ready`, then applies the events to it. It is not called `open`: an EventSource has an event of that name.
 */
export interface OperationsEvents {
  /** First event of a stream. Sent again if the service may have missed changes: load the list again. */
  ready: OperationsReady;
  /** An operation that was created or has changed. A status is sent at once, progress at most four times a second. */
  operation: TypedOperationSummary;
  /** An operation that was removed. */
  removed: OperationRemoved;
}

/** `data` of the event `ready`. */
export interface OperationsReady {
  /** ISO 8601. */
  server_time: string;
  /** Version of the service. A page of another version should be loaded again. */
  version: string;
}

/** `data` of the event `removed`. */
export interface OperationRemoved {
  operation_id: string;
}

/** `data` of one event of `GET /operations/events`. */
export type OperationsEventData = OperationsReady | TypedOperationSummary | OperationRemoved;

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
