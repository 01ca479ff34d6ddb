import { INTERRUPTIONS, type ErrorBody } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import type { OrchestratorLogger } from './logger.js';
import type { StatusChange } from './operation.js';
import type { ManagedOperation } from './operation-context.js';
import type { OperationStore, TakenOver } from './operation-store.js';

/** What becomes of an operation whose owner died: it fails and waits for a person, or goes on by itself. */
export type OnInterrupt = 'fail' | 'resume';

export function isInterruption(error: ErrorBody | null): boolean {
  return error !== null && INTERRUPTIONS.includes(error.code);
}

export interface TakeOverParts {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  onInterrupt: OnInterrupt;
  /** The operation to run again; `null` where nothing here runs such operations. @throws where its request makes no sense */
  revive: (taken: TakenOver) => ManagedOperation<unknown> | null;
  /** Runs it in this process, from where it is. */
  run: (managed: ManagedOperation<unknown>) => void;
  /** Opens its next attempt. */
  again: (operationId: string) => Promise<void>;
}

/**
 * What happens to an operation whose owner is gone and that belongs to this process now. One that had not begun begins here;
 * one whose work runs elsewhere is followed; of any other nothing runs any more, and it ends: `cancelled` where that had been
 * asked for, else `failed` as `interrupted`, and then goes on where `onInterrupt` says so. Never rejects.
 */
export async function handleTakenOver(taken: TakenOver, parts: TakeOverParts): Promise<void> {
  const { operation } = taken;
  const { operation_id, status } = operation;
  try {
    const managed = revived(taken, parts);
    if (managed !== null && (status === 'pending' || managed.outlivesOwner === true)) {
      parts.run(managed);
      return;
    }
    const resumable =
      managed === null ? false : ((await managed.canResume?.(operation_id)) ?? operation.resumable);
    await end(taken, managed !== null, resumable, parts);
    if (status === 'running' && managed !== null && parts.onInterrupt === 'resume') {
      await parts.again(operation_id);
    }
  } catch (error) {
    // its lease runs out again, and whoever takes it over next tries again
    parts.logger.error('an operation that was taken over could not be dealt with', { operation_id, error });
  }
}

function revived(taken: TakenOver, { revive, logger }: TakeOverParts): ManagedOperation<unknown> | null {
  try {
    return revive(taken);
  } catch (error) {
    const { operation_id } = taken.operation;
    logger.error('the request of an operation makes no sense any more', { operation_id, error });
    return null;
  }
}

async function end(
  taken: TakenOver,
  canRun: boolean,
  resumable: boolean,
  { store, clock }: TakeOverParts,
): Promise<void> {
  const { operation, epoch } = taken;
  const { operation_id, status, cancel_reason } = operation;
  const at = new Date(clock.now()).toISOString();
  const write = (change: StatusChange, from = status) =>
    store.transition(operation_id, epoch, [from], change);
  if (status === 'cancelling') {
    await write({ to: 'cancelled', at, reason: cancel_reason, resumable, endedAt: endOf(taken, at) });
    return;
  }
  if (status === 'pending') await write({ to: 'running', at });
  const error = interruption(taken, canRun, resumable);
  await write({ to: 'failed', at, error, resumable, endedAt: endOf(taken, at) }, 'running');
}

/** When the owner was last heard of, but not before the attempt's last known event. Time until the loss was detected does not count. */
function endOf({ operation, lastHeardAt }: TakenOver, at: string): string {
  const { status, started_at, cancel_requested_at } = operation;
  if (status === 'pending' || lastHeardAt === null) return at;
  const earliest = [started_at, cancel_requested_at, lastHeardAt]
    .filter((time) => time !== null)
    .toSorted()
    .at(-1)!;
  return earliest < at ? earliest : at;
}

function interruption(
  { previousOwner, lastHeardAt }: TakenOver,
  canRun: boolean,
  resumable: boolean,
): ErrorBody {
  const happened = `The process that ran the operation is gone (${previousOwner}).`;
  const next = resumable
    ? 'Resume the operation: it goes on from its last checkpoint.'
    : 'It left no checkpoint: retry the operation from the beginning.';
  const unknown = 'Nothing here can run it again: start a new one.';
  return {
    code: 'interrupted',
    message: `${happened} ${canRun ? next : unknown}`,
    details: { owner: previousOwner, last_heard_at: lastHeardAt },
  };
}
