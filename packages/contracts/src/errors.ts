import { boundedDetails } from './bounded-details.js';
import { truncate } from './printable.js';
import { redact, redactValue } from './redact.js';

/**
 * Stable error codes, each with its HTTP status. A code that only ends operations has the status that it would have in
 * a synchronous request.
 */
export const ERROR_STATUS = {
  // requests
  invalid_request: 400,
  invalid_name: 400,
  invalid_date: 400,
  invalid_date_range: 400,
  unsupported_data_mode: 400,
  unauthenticated: 401,
  forbidden: 403,
  host_not_allowed: 403,
  origin_not_allowed: 403,
  not_found: 404,
  payload_too_large: 413,
  unsupported_media_type: 415,
  internal_error: 500,
  too_many_requests: 429,
  request_timeout: 408,
  service_busy: 503,
  computation_timeout: 504,
  // tokens
  token_not_found: 404,
  token_exists: 409,
  // operations
  operation_not_found: 404,
  operation_ended: 409,
  operation_conflict: 409,
  not_resumable: 409,
  not_retryable: 409,
  interrupted: 503,
  too_many_waiting: 429,
  time_limit_reached: 504,
  store_unavailable: 503,
  service_stopping: 503,
  // strategies
  strategy_not_found: 404,
  strategy_invalid: 422,
  /** The stored file is not the revision that the caller knows. */
  strategy_changed: 409,
  // notifications
  notification_not_found: 404,
  too_many_webhooks: 409,
  // indicators
  indicator_not_found: 404,
  // bars
  bars_not_found: 404,
  bars_invalid: 422,
  bars_exist: 409,
  import_conflict: 409,
  no_bars_in_range: 422,
  not_enough_bars: 422,
  bars_differ: 409,
  // downloads
  source_not_found: 404,
  source_refused: 502,
  source_unreachable: 502,
  address_not_allowed: 403,
  // imports
  import_question: 422,
  import_invalid: 422,
  import_failed: 500,
  imports_busy: 503,
  upload_not_found: 404,
  profile_not_found: 404,
  // training
  over_budget: 422,
  engine_unavailable: 422,
  engine_unsupported: 422,
  one_class_only: 422,
  empty_split: 422,
  loss_not_finite: 500,
  checkpoint_missing: 409,
  checkpoint_refused: 409,
  disk_full: 507,
  storage_failed: 500,
  folder_missing: 503,
  folder_read_only: 409,
  model_not_found: 404,
  model_damaged: 422,
  model_unsupported: 422,
  wrong_timeframe: 422,
  predictions_busy: 503,
  prediction_failed: 500,
  prediction_timeout: 504,
  no_decisions: 422,
  range_in_sample: 422,
  backtest_failed: 500,
  trades_not_found: 404,
  trainer_crashed: 500,
  trainer_silent: 500,
  trainer_out_of_memory: 500,
  // training host
  host_busy: 409,
  host_unreachable: 502,
  host_not_authenticated: 502,
  host_lost: 502,
  host_session_lost: 502,
  host_stopped: 502,
  host_session_cancelled: 502,
  host_refused: 502,
  session_not_found: 404,
  session_not_completed: 409,
  // training queue
  queue_unreachable: 502,
  queue_failed: 502,
  api_unreachable: 502,
  /** From APIs of earlier versions. */
  run_replaced: 409,
  delivery_not_found: 404,
  // start-up
  port_in_use: 500,
  invalid_setting: 500,
} as const;

/** A stable error code. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** An error on the wire: a stable code, a message for people, and details for programs. */
export interface ErrorBody {
  code: ErrorCode;
  /** What is wrong and what to do next. */
  message: string;
  /** Details for programs. The shape depends on the code. */
  details?: unknown;
}

/**
 * The only error type that crosses package boundaries: a stable code, a message that says what is wrong and what to do
 * next, and details for programs. `cause` holds the original error.
 */
export class KtrdrError extends Error {
  override readonly name: string = 'KtrdrError';
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  /** The HTTP status of the code. */
  get httpStatus(): number {
    return ERROR_STATUS[this.code];
  }

  /** The error as JSON carries it: without secrets. */
  toBody(): ErrorBody {
    const { code, details } = this;
    const message = redact(this.message);
    return details === undefined ? { code, message } : { code, message, details: redactValue(details) };
  }
}

/**
 * True if the error means that the store or the queue is unavailable. The code that connects to it logs the beginning
 * and the end of each outage once. Other code does not log these errors and does not need their stack.
 */
export function isOutage(error: unknown): error is KtrdrError {
  return (
    error instanceof KtrdrError && (error.code === 'store_unavailable' || error.code === 'queue_unreachable')
  );
}

/** For `.catch()`: returns `null` for an outage and throws every other error. */
export function nullInOutage(error: unknown): null {
  if (isOutage(error)) return null;
  throw error;
}

/**
 * True for a known error code. Works for errors from JSON or from another copy of this module, where `instanceof` would
 * fail.
 */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_STATUS, code);
}

/** Longest message of an error (characters). */
const MOST_MESSAGE = 4_000;

/**
 * Turns an error that arrived as JSON (from a child process or a host) into a `KtrdrError`. Unknown codes become
 * `internal_error`. Its message and details are bounded.
 */
export function errorFromBody(body: ErrorBody): KtrdrError {
  return new KtrdrError(
    isErrorCode(body.code) ? body.code : 'internal_error',
    truncate(String(body.message), MOST_MESSAGE),
    { details: body.details === undefined ? undefined : boundedDetails(body.details) },
  );
}
