import { boundedDetails, isErrorCode, KtrdrError, redact, truncate, type ErrorBody } from '@ktrdr/contracts';

/** Longest message of an operation's error (characters). */
const MOST_MESSAGE = 4_000;

/** When a refused start may be repeated, s. */
const RETRY_AFTER_S = 30;

/** Thrown by domain code that stops because its token has fired: ends the operation as `cancelled`. */
export class OperationCancelledError extends Error {
  override readonly name = 'OperationCancelledError';
  /** The reason given with the cancel; `null` if none was given. */
  readonly reason: string | null;

  constructor(reason: string | null = null) {
    super(reason === null ? 'The operation was cancelled.' : `The operation was cancelled: ${reason}`);
    this.reason = reason;
  }
}

/**
 * True if an error means "stopped by a cancel" and not "failed": an `OperationCancelledError`, or an error caused by one
 * (Node's own `AbortError` carries the signal's reason as its cause).
 * A `KtrdrError` is always a failure: the code that threw it chose its error code.
 */
export function isCancellation(thrown: unknown): boolean {
  let current: unknown = thrown;
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth++) {
    if (current instanceof OperationCancelledError) return true;
    if (isKtrdrError(current)) return false;
    current = (current as { cause?: unknown }).cause;
  }
  return false;
}

/**
 * The error that an operation shows: code, message and details of a `KtrdrError`, else `internal_error` and the first line of
 * the message. It is bounded and has no secrets. It has no stack trace and no cause: the log has them.
 */
export function errorBodyOf(thrown: unknown): ErrorBody {
  if (isKtrdrError(thrown)) {
    const { code, details } = thrown;
    const message = truncate(redact(thrown.message.slice(0, 4 * MOST_MESSAGE)), MOST_MESSAGE);
    return details === undefined ? { code, message } : { code, message, details: boundedDetails(details) };
  }
  const [first = ''] = messageOf(thrown).trim().split('\n', 1);
  const line = truncate(redact(first.slice(0, 4 * MOST_MESSAGE)), MOST_MESSAGE);
  const what = line === '' ? '.' : /[.!?]$/.test(line) ? `: ${line}` : `: ${line}.`;
  return {
    code: 'internal_error',
    message: `An unexpected error ended the operation${what} The service's log has the details.`,
  };
}

/** As many operations of this type wait as the service accepts. */
export function tooManyWaiting(type: string, most: number): KtrdrError {
  return new KtrdrError(
    'too_many_waiting',
    `${most} ${type} operations are waiting, and the service accepts no more. Try again later, cancel some ` +
      `(ktrdr operations list --status pending), or raise OPERATIONS_MAX_WAITING.`,
    { details: { operation_type: type, max_waiting: most, retry_after_seconds: RETRY_AFTER_S } },
  );
}

/** The message of a thrown value; empty if it has none. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  const message = (thrown as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : '';
}

/** A KtrdrError may have a name of its own; one of another copy of the contracts package has only the shape. */
function isKtrdrError(thrown: unknown): thrown is KtrdrError {
  if (thrown instanceof KtrdrError) return true;
  const { name, code, message } = (thrown ?? {}) as { name?: unknown; code?: unknown; message?: unknown };
  return name === 'KtrdrError' && isErrorCode(code) && typeof message === 'string';
}

/** Every store throws this for an unknown id. */
export function operationNotFound(operationId: string): KtrdrError {
  return new KtrdrError(
    'operation_not_found',
    `There is no operation ${operationId}. List all operations: ktrdr operations list`,
  );
}

/** Every store throws this for a duplicate id. */
export function operationExists(operationId: string): KtrdrError {
  return new KtrdrError('operation_conflict', `Operation ${operationId} already exists.`);
}
