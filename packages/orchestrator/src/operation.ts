/**
 * States of an operation:
 *
 *     pending -> running -> completed
 *        |          |-----> failed
 *        |          `-----> cancelling -> cancelled      (cancelling -> completed | failed: the work won the race)
 *        `-> cancelled
 *     failed, cancelled -> pending     (the next attempt, by a resume or a retry)
 *
 * Within an attempt a terminal status never changes again (I6). {@link changeStatus} is the only function that changes a status,
 * and every store applies it (I1).
 */
import {
  EMPTY_PROGRESS_CONTEXT,
  isTerminalStatus,
  openPercentage,
  type ErrorBody,
  type Operation,
  type OperationHistoryEntry,
  type OperationMetadataByType,
  type OperationProgress,
  type OperationStatus,
  type OperationType,
} from '@ktrdr/contracts';
import type { RandomId } from './clock.js';

/** The statuses that may follow each status. */
export const LEGAL_TRANSITIONS: Readonly<Record<OperationStatus, readonly OperationStatus[]>> = {
  pending: ['running', 'cancelled'],
  running: ['completed', 'failed', 'cancelling'],
  cancelling: ['cancelled', 'completed', 'failed'],
  completed: [],
  failed: ['pending'],
  cancelled: ['pending'],
};

/** What the work leaves behind when it ends: the last progress and the warnings. */
interface Ending {
  progress?: OperationProgress;
  warnings?: string[];
}

/** How an attempt ends that did not complete. */
interface Unfinished extends Ending {
  /** The next attempt can resume from a checkpoint. */
  resumable?: boolean;
  /** When the work ended, if that was before `at`: the process that ran it died. ISO 8601 in UTC. */
  endedAt?: string;
}

/** A requested status change and the data recorded with it. `at` is ISO 8601 in UTC. */
export type StatusChange =
  /** Opens the next attempt: it resumes from the last checkpoint, or starts at the beginning. */
  | { to: 'pending'; at: string; from: 'checkpoint' | 'beginning' }
  | { to: 'running'; at: string }
  | { to: 'cancelling'; at: string; reason: string | null }
  /** Its `reason` counts only if no cancel was requested before. */
  | ({ to: 'cancelled'; at: string; reason: string | null } & Unfinished)
  | ({ to: 'completed'; at: string; result: unknown } & Ending)
  | ({ to: 'failed'; at: string; error: ErrorBody } & Unfinished);

/**
 * The operation after the change; the given one is not modified.
 * @throws Error if the state machine does not allow the change: a bug of the caller
 */
export function changeStatus(operation: Operation, change: StatusChange): Operation {
  if (!LEGAL_TRANSITIONS[operation.status].includes(change.to)) {
    throw new Error(`operation ${operation.operation_id} cannot go from ${operation.status} to ${change.to}`);
  }
  const next: Operation = { ...operation, status: change.to };
  switch (change.to) {
    case 'pending':
      return nextAttempt(next, change.from);
    case 'running':
      next.started_at = change.at;
      next.progress = { ...operation.progress, started_at: change.at };
      return next;
    case 'cancelling':
      recordCancelRequest(next, change);
      return next;
    case 'cancelled':
      recordCancelRequest(next, change);
      next.resumable = change.resumable ?? false;
      break;
    case 'completed':
      next.result = change.result ?? null;
      next.resumable = false;
      break;
    case 'failed':
      next.error = change.error;
      next.resumable = change.resumable ?? false;
      break;
  }
  next.completed_at = ('endedAt' in change ? change.endedAt : undefined) ?? change.at;
  next.warnings = change.warnings ?? operation.warnings;
  next.progress = endedProgress(
    change.progress ?? operation.progress,
    operation.progress,
    change.to === 'completed',
  );
  return next;
}

/** Clears the previous attempt's outcome; keeps its progress when resuming. */
function nextAttempt(operation: Operation, from: 'checkpoint' | 'beginning'): Operation {
  const goesOn = from === 'checkpoint';
  return {
    ...operation,
    attempt: operation.attempt + 1,
    resumable: goesOn,
    progress: goesOn ? operation.progress : emptyProgress(),
    started_at: null,
    completed_at: null,
    cancel_requested_at: null,
    cancel_reason: null,
    error: null,
    warnings: [],
  };
}

/** The history's entry for the change that led to `operation`. */
export function historyEntry(operation: Operation, change: StatusChange): OperationHistoryEntry {
  const { attempt, status } = operation;
  return { at: change.at, attempt, status, cause: causeOf(change) };
}

/** The history's entry for a takeover. */
export function takeOverEntry(
  operation: Operation,
  at: string,
  previousOwner: string,
): OperationHistoryEntry {
  const { attempt, status } = operation;
  return { at, attempt, status, cause: `taken over: its owner ${previousOwner} is gone` };
}

function causeOf(change: StatusChange): string | null {
  switch (change.to) {
    case 'pending':
      return change.from === 'checkpoint' ? 'resumed from its last checkpoint' : 'retried from the beginning';
    case 'cancelling':
    case 'cancelled':
      return change.reason;
    case 'failed':
      return `${change.error.code}: ${change.error.message}`;
    case 'running':
    case 'completed':
      return null;
  }
}

/** Records the first request only (I9). */
function recordCancelRequest(
  operation: Operation,
  { at, reason }: { at: string; reason: string | null },
): void {
  if (operation.cancel_requested_at !== null) return;
  operation.cancel_requested_at = at;
  operation.cancel_reason = reason;
}

/** Only a completed operation shows 100 %, and no ending lowers the percentage (I7). */
function endedProgress(
  last: OperationProgress,
  shown: OperationProgress,
  completed: boolean,
): OperationProgress {
  const reached = openPercentage(Math.max(last.percentage, shown.percentage));
  return { ...last, percentage: completed ? 100 : reached, eta_seconds: completed ? 0 : null };
}

/** A new operation: pending, first attempt. */
export function newOperation<TType extends OperationType>(of: {
  id: string;
  type: TType;
  metadata: OperationMetadataByType[TType];
  createdAt: string;
  progress?: OperationProgress;
}): Operation {
  return {
    operation_id: of.id,
    operation_type: of.type,
    status: 'pending',
    attempt: 1,
    resumable: false,
    created_at: of.createdAt,
    started_at: null,
    completed_at: null,
    progress: of.progress ?? emptyProgress(),
    metadata: of.metadata,
    cancel_requested_at: null,
    cancel_reason: null,
    error: null,
    warnings: [],
    result: null,
  };
}

/** Progress before anything is known: every key, with `null`. */
export function emptyProgress(): OperationProgress {
  return {
    percentage: 0,
    current_step: null,
    steps_completed: null,
    steps_total: null,
    items_processed: null,
    items_total: null,
    current_item: null,
    started_at: null,
    eta_seconds: null,
    context: { ...EMPTY_PROGRESS_CONTEXT },
  };
}

/** `op_{type}_{YYYYMMDDTHHMMSS}_{random}`, the time in UTC. `now` is ms since 1970. */
export function createOperationId(type: OperationType, now: number, randomId: RandomId): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `op_${type}_${stamp}_${randomId()}`;
}

/** A deep copy through JSON: the value as HTTP and a database carry it. */
export function jsonCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Freezes `value`, a JSON value, and all its parts. @returns it */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** True while the operation holds or awaits resources. */
export function isActive(operation: Operation): boolean {
  return !isTerminalStatus(operation.status);
}
