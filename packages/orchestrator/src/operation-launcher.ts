import { KtrdrError, errorFromBody, type Operation } from '@ktrdr/contracts';
import type { Clock, RandomId } from './clock.js';
import { OperationCancelledError, operationExists } from './errors.js';
import { createOperationId, newOperation } from './operation.js';
import type { ManagedOperation } from './operation-context.js';
import type { OperationQueries } from './operation-queries.js';
import type { LaunchParts } from './operation-runner.js';
import type { Lease, OperationStore } from './operation-store.js';
import type { RunningOperation } from './running-operation.js';
import type { RunningOperations } from './running-operations.js';

/** An operation that was launched, or found by its task id. */
export interface LaunchedOperation<TResult> {
  operationId: string;
  /** Settles when the operation ends: with its result, or with an error if it failed or was cancelled. Needs no handler. */
  outcome: Promise<TResult>;
}

export interface OperationLauncherParts {
  store: OperationStore;
  clock: Clock;
  randomId: RandomId;
  lease: Lease;
  running: RunningOperations;
  queries: OperationQueries;
  /** Number of operations of one type that may wait; `undefined`: no limit. */
  mostWaiting: number | undefined;
}

/** Starts new operations. */
export class OperationLauncher {
  constructor(private readonly parts: OperationLauncherParts) {}

  /** See `OperationsService.launch`. */
  async launch<TResult>(
    managed: ManagedOperation<TResult>,
    parts: LaunchParts,
  ): Promise<LaunchedOperation<TResult>> {
    const { store, lease, running, mostWaiting } = this.parts;
    const { request = null, taskId, waits = false } = managed;
    const mostPending = waits ? mostWaiting : undefined;
    const created = running.prepare(managed, { operation: this.newRecord(managed), epoch: 1 }, parts);
    const written = await running.start(created as RunningOperation<unknown>, () =>
      store.create({ operation: created.operation, request, taskId, mostPending, lease }),
    );
    if (!written.changed) return this.joined<TResult>(written.operation, managed);
    return { operationId: created.operationId, outcome: created.outcome };
  }

  private newRecord({ type, metadata }: ManagedOperation<unknown>): Operation {
    const { clock, randomId, running } = this.parts;
    const now = clock.now();
    const id = createOperationId(type, now, randomId);
    if (running.has(id)) throw operationExists(id);
    return newOperation({ id, type, metadata, createdAt: new Date(now).toISOString() });
  }

  /** The operation that already has the task id. */
  private joined<TResult>(
    { operation_id, operation_type }: Operation,
    managed: ManagedOperation<TResult>,
  ): LaunchedOperation<TResult> {
    if (operation_type !== managed.type) {
      throw new KtrdrError(
        'operation_conflict',
        `The task id ${managed.taskId} belongs to ${operation_id}, a ${operation_type} operation. Use another task id.`,
        { details: { operation_id } },
      );
    }
    const outcome = this.parts.running.get(operation_id)?.outcome ?? this.storedOutcome(operation_id);
    outcome.catch(() => {});
    return { operationId: operation_id, outcome: outcome as Promise<TResult> };
  }

  /** The outcome of an operation that does not run in this process. */
  private async storedOutcome(operationId: string): Promise<unknown> {
    const operation = await this.parts.queries.get(operationId);
    if (operation.status === 'completed') return operation.result;
    if (operation.status === 'cancelled') throw new OperationCancelledError();
    if (operation.error !== null) throw errorFromBody(operation.error);
    throw new KtrdrError('operation_conflict', `Operation ${operationId} runs in another process.`);
  }
}
