import {
  EMPTY_PROGRESS_CONTEXT,
  type Operation,
  type OperationHistoryEntry,
  type OperationSummary,
} from '@ktrdr/contracts';
import { searchText, type StoredOperation } from '@ktrdr/orchestrator';
import type { Insertable, Selectable } from 'kysely';
import type { OperationHistoryTable, OperationsTable } from './schema.js';
import { storable } from './stored-text.js';

/** Columns shown in a list. */
export const LISTED_COLUMNS = [
  'seq',
  'id',
  'type',
  'status',
  'attempt',
  'resumable',
  'created_at',
  'started_at',
  'completed_at',
  'cancel_requested_at',
  'cancel_reason_json',
  'progress_json',
  'metadata_json',
  'warnings_json',
  'error_json',
] as const satisfies readonly (keyof OperationsTable)[];

/** All columns but the request, which only the operation's manager reads. */
export const STORED_COLUMNS = [
  ...LISTED_COLUMNS,
  'epoch',
  'owner',
  'cancel_forced',
  'result_json',
] as const satisfies readonly (keyof OperationsTable)[];

/** A row of a list. */
export type ListedRow = Pick<Selectable<OperationsTable>, (typeof LISTED_COLUMNS)[number]>;

/** A row without the request. */
export type StoredRow = Pick<Selectable<OperationsTable>, (typeof STORED_COLUMNS)[number]>;

/** Columns that a change of the status may write. */
export function changingColumns(operation: Operation) {
  return {
    status: operation.status,
    attempt: operation.attempt,
    resumable: Number(operation.resumable),
    started_at: operation.started_at,
    completed_at: operation.completed_at,
    cancel_requested_at: operation.cancel_requested_at,
    cancel_reason_json: toJson(operation.cancel_reason),
    progress_json: toJson(operation.progress),
    warnings_json: toJson(operation.warnings),
    error_json: toJson(operation.error),
    result_json: toJson(operation.result),
    search_text: storable(searchText(operation)),
  };
}

/** Columns that never change. */
export function fixedColumns(operation: Operation) {
  return {
    id: operation.operation_id,
    type: operation.operation_type,
    created_at: operation.created_at,
    metadata_json: toJson(operation.metadata),
  };
}

/** The operation of a row, with its epoch and owner. */
export function storedOperation(row: StoredRow): StoredOperation {
  return {
    operation: operationOf(row),
    epoch: row.epoch,
    owner: row.owner,
    cancelForced: row.cancel_forced === 1,
  };
}

/** The operation of a row. */
export function operationOf(row: StoredRow): Operation {
  return { ...summaryOf(row), result: fromJson(row.result_json) };
}

/** The operation of a row of a list, without its result. */
export function summaryOf(row: ListedRow): OperationSummary {
  return {
    operation_id: row.id,
    operation_type: row.type,
    status: row.status,
    attempt: row.attempt,
    resumable: row.resumable === 1,
    created_at: row.created_at,
    started_at: row.started_at,
    completed_at: row.completed_at,
    progress: progressOf(row),
    metadata: fromJson<Operation['metadata']>(row.metadata_json),
    cancel_requested_at: row.cancel_requested_at,
    cancel_reason: fromJson<Operation['cancel_reason']>(row.cancel_reason_json),
    error: fromJson<Operation['error']>(row.error_json),
    warnings: fromJson<Operation['warnings']>(row.warnings_json),
  };
}

/** An older version stored fewer fields of the context: they are unknown. */
function progressOf({ progress_json }: Pick<ListedRow, 'progress_json'>): Operation['progress'] {
  const progress = fromJson<Operation['progress']>(progress_json);
  return { ...progress, context: { ...EMPTY_PROGRESS_CONTEXT, ...progress.context } };
}

/** The row of a history entry. */
export function historyRow(
  operationId: string,
  { at, attempt, status, cause }: OperationHistoryEntry,
): Insertable<OperationHistoryTable> {
  return { operation_id: operationId, at, attempt, status, cause_json: toJson(cause) };
}

/** The history entry of a row. */
export function historyEntryOf(row: Selectable<OperationHistoryTable>): OperationHistoryEntry {
  const { at, attempt, status } = row;
  return { at, attempt, status, cause: fromJson<string | null>(row.cause_json) };
}

/**
 * Converts a value to JSON text that both databases can store: JSON escapes what PostgreSQL's text cannot contain, such
 * as NUL.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** Parses JSON text from `toJson`. */
export function fromJson<T>(json: string): T {
  return JSON.parse(json) as T;
}
