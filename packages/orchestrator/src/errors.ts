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
 * What an operation shows of a throw: code, message and details of a `KtrdrError`, else `internal_error` and the first line
 * of the message. Never a stack trace: that, and the cause, belong in the log.
 */
export function errorBodyOf(thrown: unknown): ErrorBody {
  if (isKtrdrError(thrown)) {
    const { code, message, details } = thrown;
    return details === undefined ? { code, message } : { code, message, details };
  }
  const [line = ''] = messageOf(thrown).trim().split('\n', 1);
  const what = line === '' ? '.' : /[.!?]$/.test(line) ? `: ${line}` : `: ${line}.`;
  return {
    code: 'internal_error',
    message: `An unexpected error ended the operation${what} The service's log has the details.`,
  };
}

/** The message of whatever was thrown; empty where it has none. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  const message = (thrown as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : '';
}

/** By its shape: the error of another copy of the contracts is one too. */
function isKtrdrError(thrown: unknown): thrown is KtrdrError {
  const { name, code, message } = (thrown ?? {}) as { name?: unknown; code?: unknown; message?: unknown };
  return name === 'KtrdrError' && isErrorCode(code) && typeof message === 'string';
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
