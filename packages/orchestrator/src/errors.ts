import { KtrdrError, isErrorCode, type ErrorBody } from '@ktrdr/contracts';

/** Thrown by domain code that stops because its token said so: ends the operation as `cancelled`. */
export class OperationCancelledError extends Error {
  override readonly name = 'OperationCancelledError';
  /** Why, in the words of whoever cancelled; `null` where nothing was said. */
  readonly reason: string | null;

  constructor(reason: string | null = null) {
    super(reason === null ? 'The operation was cancelled.' : `The operation was cancelled: ${reason}`);
    this.reason = reason;
  }
}

/**
 * True where a throw means "stopped because of the cancellation" and not "failed": an `OperationCancelledError`, or an
 * error that was caused by one (Node's own `AbortError` carries the signal's reason as its cause).
 * A `KtrdrError` is always a failure: whoever threw it chose its code.
 */
export function isCancellation(error: unknown): boolean {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 8;
    current = current.cause, depth++
  ) {
    if (current instanceof OperationCancelledError) return true;
    if (hasErrorCode(current)) return false;
  }
  return false;
}

/**
 * What an operation shows of a throw: the error's own code and message for a `KtrdrError`, else `internal_error` and the
 * first line of the message. Never a stack trace: that, and the cause, belong in the log.
 */
export function errorBodyOf(error: unknown): ErrorBody {
  if (error instanceof KtrdrError) return error.toBody();
  if (hasErrorCode(error)) {
    return {
      code: error.code,
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
    };
  }
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : '';
  const firstLine = text.split('\n', 1)[0]?.trim() ?? '';
  const what =
    firstLine === ''
      ? 'An unexpected error ended the operation.'
      : `An unexpected error ended the operation: ${firstLine}`;
  return {
    code: 'internal_error',
    message: `${/[.!?]$/.test(what) ? what : `${what}.`} The service's log has the details.`,
  };
}

/** A `KtrdrError` of another copy of contracts is one too. */
function hasErrorCode(error: unknown): error is Error & { code: string; details?: unknown } {
  return (
    error instanceof Error && error.name === 'KtrdrError' && isErrorCode((error as { code?: unknown }).code)
  );
}

/** The error of every store for an id that it does not have. */
export function operationNotFound(operationId: string): KtrdrError {
  return new KtrdrError(
    'operation_not_found',
    `There is no operation ${operationId}. List the ones that are known with: ktrdr operations list`,
  );
}

/** The error of every store for an id that it has already. */
export function operationExists(operationId: string): KtrdrError {
  return new KtrdrError('operation_conflict', `An operation ${operationId} exists already.`);
}
