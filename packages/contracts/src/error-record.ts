import { boundedDetails } from './bounded-details.js';
import { KtrdrError, isErrorCode, type ErrorCode } from './errors.js';
import { truncate } from './printable.js';
import { redact } from './redact.js';

/** An error as plain data: in logs, and between processes. It is bounded, and has no secrets. */
export interface ErrorRecord {
  name: string;
  message: string;
  /** A stable code, or a code of the system such as `ENOENT`. */
  code?: string;
  details?: unknown;
  stack?: string;
  cause?: ErrorRecord;
  /** The errors of an `AggregateError`. */
  errors?: ErrorRecord[];
}

/** Bounds of a record. Texts in characters. */
const MOST = { message: 4_000, stack: 8_000, causes: 5, errors: 5 } as const;

/** The record of a thrown value. It keeps name, code, message, details, stack and causes, and leaves out everything else. */
export function errorRecord(thrown: unknown): ErrorRecord {
  return recordOf(thrown, 0);
}

function recordOf(thrown: unknown, depth: number): ErrorRecord {
  if (typeof thrown !== 'object' || thrown === null)
    return { name: 'Error', message: shortened(String(thrown), MOST.message) };
  const { name, message, code, details, stack, cause, errors } = thrown as Record<string, unknown>;
  const record: ErrorRecord = {
    name: typeof name === 'string' && name !== '' ? shortened(name, 100) : 'Error',
    message: shortened(typeof message === 'string' ? message : 'no message', MOST.message),
  };
  if (typeof code === 'string' || typeof code === 'number') record.code = shortened(String(code), 100);
  if (thrown instanceof KtrdrError && details !== undefined) record.details = boundedDetails(details);
  if (typeof stack === 'string') record.stack = shortened(stack, MOST.stack);
  if (depth < MOST.causes) {
    if (cause !== undefined && cause !== null) record.cause = recordOf(cause, depth + 1);
    if (Array.isArray(errors) && errors.length > 0)
      record.errors = errors.slice(0, MOST.errors).map((error) => recordOf(error, depth + 1));
  }
  return record;
}

/** The error of a record that another process has sent. An unknown code becomes `internal_error`. */
export function errorFromRecord({ code, message, details, stack, cause }: ErrorRecord): KtrdrError {
  const known: ErrorCode = isErrorCode(code) ? code : 'internal_error';
  const error = new KtrdrError(known, message, {
    details,
    cause: cause === undefined ? undefined : causeOf(cause),
  });
  if (stack !== undefined) error.stack = stack;
  return error;
}

function causeOf({ name, message, code, stack, cause }: ErrorRecord): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: causeOf(cause) });
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}

function shortened(text: string, length: number): string {
  // a text of megabytes is not searched as a whole
  return truncate(redact(text.slice(0, 4 * length)), length);
}
