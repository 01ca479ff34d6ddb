import type { ErrorBody } from './errors.js';
import type { VerdictLabel } from './verdict.js';

/**
 * Operations of any type. An *operation* is one managed run of a domain function; its *attempt* counts from 1. Timestamps are
 * ISO 8601 in UTC. `operation-types.ts` has what differs between the types.
 */

/** All statuses of an operation. */
export const OPERATION_STATUSES = [
  'pending',
  'running',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
] as const;
/** Status of an operation. */
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

/** Statuses of an operation that has ended. */
export const TERMINAL_STATUSES = ['completed', 'failed', 'cancelled'] as const;
/** Status of an operation that has ended. */
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

/** True if the operation has ended. */
export function isTerminalStatus(status: OperationStatus): status is TerminalStatus {
  return (TERMINAL_STATUSES as readonly string[]).includes(status);
}

/** `cancel_reason` of an operation that was cancelled because its service is stopping. */
export const STOPPING_REASON = 'the service is stopping';

/** Error codes of operations that ended because the process that ran them went away, not because of the work itself. */
export const INTERRUPTIONS: readonly string[] = ['interrupted', 'host_stopped', 'host_session_lost'];

/** Structured progress. Every known key is always present; unknown values are `null`. */
export interface ProgressContext {
  model_type: string | null;
  symbols: string[] | null;
  timeframes: string[] | null;
  strategy: string | null;
  current_epoch: number | null;
  total_epochs: number | null;
  current_batch: number | null;
  total_batches: number | null;
  /** True if the work runs on a training host. */
  host_service: boolean | null;
  /** Current phase, for display: `loading bars`, `training`. */
  phase: string | null;
  /** Newest metrics: `train_loss`, `val_loss`, `learning_rate`. */
  metrics: Record<string, number> | null;
  /** Epoch with the lowest validation loss so far, of all seeds. */
  best_epoch: number | null;
  /** Validation loss of `best_epoch`. */
  best_val_loss: number | null;
  /** Seed of `best_epoch`, 1-based, of a training with several. */
  best_seed: number | null;
  /** Training samples per second, over the last second or epoch. */
  samples_per_second: number | null;
  /** Engine that computes the training steps. */
  engine: string | null;
  /** `cpu` or `gpu`. */
  device: string | null;
  /** Verdict of a completed training. Hosts of earlier versions do not send this key. */
  verdict?: VerdictLabel | null;
  [extra: string]: unknown;
}

/** A context without any known value. */
export const EMPTY_PROGRESS_CONTEXT: Readonly<ProgressContext> = Object.freeze({
  model_type: null,
  symbols: null,
  timeframes: null,
  strategy: null,
  current_epoch: null,
  total_epochs: null,
  current_batch: null,
  total_batches: null,
  host_service: null,
  phase: null,
  metrics: null,
  best_epoch: null,
  best_val_loss: null,
  best_seed: null,
  samples_per_second: null,
  engine: null,
  device: null,
  verdict: null,
});

/** Progress of an operation. */
export interface OperationProgress {
  /**
   * 0..100 with one decimal. 100 only when the operation has completed. Never decreases within an attempt.
   *
   * @minimum 0
   * @maximum 100
   */
  percentage: number;
  /** Current step as one line of text. */
  current_step: string | null;
  steps_completed: number | null;
  steps_total: number | null;
  items_processed: number | null;
  items_total: number | null;
  current_item: string | null;
  started_at: string | null;
  eta_seconds: number | null;
  context: ProgressContext;
}

/** What an operation is about. Each type may add its own fields. */
export interface OperationMetadata {
  /** Settings of the operation, for display. */
  parameters: Record<string, unknown>;
}

/** An operation in a list: everything except its result, which may be large. */
export interface OperationSummary {
  operation_id: string;
  operation_type: string;
  status: OperationStatus;
  attempt: number;
  resumable: boolean;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  progress: OperationProgress;
  metadata: OperationMetadata;
  cancel_requested_at: string | null;
  /** Reason given in the first cancel request. */
  cancel_reason: string | null;
  error: ErrorBody | null;
  warnings: string[];
}

/** An operation with its result. */
export interface Operation extends OperationSummary {
  result: unknown;
}

/** One change of an operation's status. */
export interface OperationHistoryEntry {
  at: string;
  attempt: number;
  status: OperationStatus;
  /** Reason for the change, for display; `null` if the status alone explains it. */
  cause: string | null;
}

/** One server-sent event of `GET /operations/:id/events`; `event:` is its `type`, `data:` the operation. */
export type OperationEventType = 'progress' | 'status';
