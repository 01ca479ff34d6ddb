import { isTerminalStatus, type CancelOperationResponse } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import { operationNotFound } from './errors.js';
import type { OperationStore, StoredOperation } from './operation-store.js';
import { alreadyEnded, cancelMessage } from './refusals.js';
import type { RunningOperations } from './running-operations.js';

export interface CancelParts {
  store: OperationStore;
  clock: Clock;
  running: RunningOperations;
}

/** Stores the request, then tells the work if it runs in this process (I9). See `OperationsService.cancel`. */
export async function cancelOperation(
  operationId: string,
  { reason = null, force = false }: { reason?: string | null; force?: boolean },
  parts: CancelParts,
): Promise<CancelOperationResponse> {
  const { operation, epoch } = await storeRequest(operationId, reason, parts);
  if (force && operation.status === 'cancelling') await parts.store.forceCancel(operationId, epoch);
  const running = parts.running.get(operationId);
  running?.adopt(operation);
  running?.cancel(reason, force);
  return { operation_id: operationId, status: operation.status, message: cancelMessage(operation, force) };
}

async function storeRequest(
  operationId: string,
  reason: string | null,
  { store, clock }: CancelParts,
): Promise<StoredOperation> {
  let stored = await store.get(operationId);
  for (;;) {
    if (stored === null) throw operationNotFound(operationId);
    const { epoch, operation } = stored;
    const { status } = operation;
    if (isTerminalStatus(status)) throw alreadyEnded(operation);
    if (status === 'cancelling') return stored;
    const at = new Date(clock.now()).toISOString();
    const to = status === 'pending' ? 'cancelled' : 'cancelling';
    const written = await store.transition(operationId, epoch, [status], { to, at, reason });
    if (written.changed) return written;
    // the status has changed in the meantime: decide again
    stored = written;
  }
}
