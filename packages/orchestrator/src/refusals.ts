import { KtrdrError, isTerminalStatus, type Operation } from '@ktrdr/contracts';

/** Where a next attempt begins. */
type From = 'checkpoint' | 'beginning';

/** Why an operation cannot have another attempt; `null` if it can. */
export function refusalOf(operation: Operation, from: From): KtrdrError | null {
  const { status, resumable, operation_type } = operation;
  if (status === 'completed') return refused(operation, from, 'it has completed.');
  if (!isTerminalStatus(status)) return notEnded(operation, from);
  if (from === 'beginning' || resumable) return null;
  const why = `this ${operation_type} operation ended (${status}) without a checkpoint. Retry it from the beginning.`;
  return refused(operation, from, why);
}

/** It runs: perhaps another request has just resumed or retried it. */
export function notEnded(operation: Operation, from: From): KtrdrError {
  const [verb, { status }] = [VERB[from], operation];
  return refused(operation, from, `it is ${status}. Only one that failed or was cancelled can be ${verb}.`);
}

/** The service has no manager for it. */
export function noRunner(operation: Operation): KtrdrError {
  const { operation_id, operation_type } = operation;
  return new KtrdrError(
    'not_resumable',
    `Operation ${operation_id} cannot run again: this service does not run ${operation_type} operations.`,
    { details: { operation_type } },
  );
}

export function alreadyEnded({ operation_id, operation_type, status }: Operation): KtrdrError {
  return new KtrdrError(
    'operation_ended',
    `Operation ${operation_id} has ended (${status}): there is nothing to cancel.`,
    { details: { operation_id, operation_type, status } },
  );
}

/** The answer to a cancel request. */
export function cancelMessage({ status }: Operation, force: boolean): string {
  if (status === 'cancelled') return 'The operation was cancelled before it began.';
  return force ? 'The operation is being stopped at once.' : 'The operation is being cancelled.';
}

const VERB: Record<From, string> = { checkpoint: 'resumed', beginning: 'retried' };

function refused({ operation_id, operation_type, status }: Operation, from: From, why: string): KtrdrError {
  return new KtrdrError(
    from === 'checkpoint' ? 'not_resumable' : 'not_retryable',
    `Operation ${operation_id} cannot be ${VERB[from]}: ${why}`,
    { details: { operation_id, operation_type, status } },
  );
}
