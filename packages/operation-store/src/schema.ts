import type { OperationStatus, OperationType } from '@ktrdr/contracts';
import type { Generated } from 'kysely';

/** One operation. A `_json` column holds JSON as text; a truth is 0 or 1. */
export interface OperationsTable {
  /** In the order of creation. */
  seq: Generated<number>;
  id: string;
  type: OperationType;
  status: OperationStatus;
  attempt: number;
  epoch: number;
  owner: string;
  /** Ms since 1970 by the clock that `SqlDatabase.now` reads. */
  lease_expires_at: number;
  cancel_forced: number;
  resumable: number;
  task_id: string | null;
  created_at: string;
  started_at: string | null;
  /** Not `null` exactly where the operation has ended. */
  completed_at: string | null;
  cancel_requested_at: string | null;
  cancel_reason_json: string;
  progress_json: string;
  metadata_json: string;
  warnings_json: string;
  error_json: string;
  result_json: string;
  request_json: string;
}

export interface OperationHistoryTable {
  seq: Generated<number>;
  operation_id: string;
  at: string;
  attempt: number;
  status: OperationStatus;
  cause_json: string;
}

/** How many operations there are: the sum over the stripes. Kept by triggers alone. */
export interface OperationCountsTable {
  type: OperationType;
  status: OperationStatus;
  stripe: number;
  count: number;
}

export interface Schema {
  operations: OperationsTable;
  operation_history: OperationHistoryTable;
  operation_counts: OperationCountsTable;
}
