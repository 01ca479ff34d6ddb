import { INTERRUPTIONS, KtrdrError, type ErrorBody, type ErrorCode } from '@ktrdr/contracts';
import type { Clock } from './clock.js';
import type { OrchestratorLogger } from './logger.js';
import type { StatusChange } from './operation.js';
import type { ManagedOperation } from './operation-context.js';
import type { OperationStore, TakenOver } from './operation-store.js';

/** What happens to an operation whose owner died: it fails until a person resumes it, or it continues automatically. */
export type OnInterrupt = 'fail' | 'resume';

export function isInterruption(error: ErrorBody | null): boolean {
  return error !== null && INTERRUPTIONS.includes(error.code);
}

export interface TakeOverParts {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  onInterrupt: OnInterrupt;
  /** The operation to run again; `null` if this service does not run its type. @throws if its request is no longer valid */
  revive: (taken: TakenOver) => ManagedOperation<unknown> | Promise<ManagedOperation<unknown>> | null;
  /** Runs it in this process, from its current state. */
  run: (managed: ManagedOperation<unknown>, taken: TakenOver) => void;
  /** Opens its next attempt. */
  again: (operationId: string) => Promise<void>;
  /** True if the service is stopping: it begins nothing more. */
  isStopping: () => boolean;
}

/**
 * Handles operations that this process has taken over because their owners are gone. Those that had not begun begin last and
 * together, so that the ones with the highest priority are the first in line for a slot. Never rejects.
 */
export async function handleAllTakenOver(all: readonly TakenOver[], parts: TakeOverParts): Promise<void> {
  const ready = await Promise.all(
    all.map(async (taken) => ({ taken, managed: await revived(taken, parts) })),
  );
  const hadBegun = ({ taken }: (typeof ready)[number]): boolean => taken.operation.status !== 'pending';
  for (const one of ready.filter(hadBegun)) await handleTakenOver(one.taken, one.managed, parts);
  const waited = ready.filter((one) => !hadBegun(one));
  await Promise.all(waited.map((one) => handleTakenOver(one.taken, one.managed, parts)));
}

/**
 * - It had not begun: it begins here.
 * - Its work runs elsewhere: this process follows it.
 * - Otherwise none of its work runs any more. It ends as `cancelled` if a cancel was requested, else as `failed` with code
 *   `interrupted`. With `onInterrupt: 'resume'` its next attempt then starts.
 */
async function handleTakenOver(
  taken: TakenOver,
  managed: ManagedOperation<unknown> | 'not now' | null,
  parts: TakeOverParts,
): Promise<void> {
  const { operation, epoch } = taken;
  const { operation_id, status } = operation;
  try {
    if (managed === 'not now' || parts.isStopping()) {
      await parts.store.release(operation_id, epoch);
      return;
    }
    if (managed !== null && (status === 'pending' || managed.outlivesOwner === true)) {
      parts.run(managed, taken);
      return;
    }
    const resumable =
      managed === null ? false : ((await managed.canResume?.(operation_id)) ?? operation.resumable);
    await end(taken, managed !== null, resumable, parts);
    if (status === 'running' && managed !== null && parts.onInterrupt === 'resume') {
      await parts.again(operation_id);
    }
  } catch (error) {
    // its lease expires again, and the next owner tries again
    parts.logger.error('handling an operation that was taken over has failed', { operation_id, error });
  }
}

/** Errors that say nothing about a request. */
const NOT_NOW: readonly ErrorCode[] = ['service_busy', 'service_stopping', 'computation_timeout'];

async function revived(
  taken: TakenOver,
  { revive, logger }: TakeOverParts,
): Promise<ManagedOperation<unknown> | 'not now' | null> {
  try {
    return await revive(taken);
  } catch (error) {
    const { operation_id } = taken.operation;
    if (error instanceof KtrdrError && NOT_NOW.includes(error.code)) {
      logger.warn('an operation that was taken over cannot begin yet', { operation_id, error });
      return 'not now';
    }
    logger.error('the stored request of an operation is no longer valid', { operation_id, error });
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

/** The owner's last sign of life, or the attempt's last known event if that is later. Time until the loss was detected does not count. */
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
    ? 'Resume the operation: it continues from its last checkpoint.'
    : 'There is no checkpoint: retry the operation from the beginning.';
  const unknown = 'This service cannot run it again: start a new operation.';
  return {
    code: 'interrupted',
    message: `${happened} ${canRun ? next : unknown}`,
    details: { owner: previousOwner, last_heard_at: lastHeardAt },
  };
}
