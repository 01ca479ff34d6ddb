import {
  KtrdrError,
  STOPPING_REASON,
  errorFromBody,
  isTerminalStatus,
  type CancelOperationRequest,
  type CancelOperationResponse,
  type ListOperationsQuery,
  type Operation,
  type OperationList,
} from '@ktrdr/contracts';
import type { Clock, RandomId } from './clock.js';
import { OperationCancelledError, operationExists, operationNotFound } from './errors.js';
import type { OperationEvent, StatusListener } from './events.js';
import type { OrchestratorLogger } from './logger.js';
import { createOperationId, newOperation } from './operation.js';
import type { ManagedOperation } from './operation-context.js';
import type { OperationStore } from './operation-store.js';
import type { ProgressRenderer } from './renderers/progress-renderer.js';
import { RunningOperation } from './running-operation.js';

export interface OperationsServiceDependencies {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  randomId: RandomId;
}

/** An operation that was launched, or found by its task id. */
export interface LaunchedOperation<TResult> {
  operationId: string;
  /** Settles with the operation: its result, or a throw where it failed or was cancelled. Needs no handler. */
  outcome: Promise<TResult>;
}

/** How many operations a list has when nothing is said. */
export const DEFAULT_LIST_LIMIT = 50;
/** How long a forced cancellation at shutdown may take, ms. */
const FORCED_SHUTDOWN_MS = 2000;
const STOPPING = 'The service is stopping and starts nothing new. Try again when it is back.';

/** Runs operations and answers for them: list, get, cancel, watch. One of it a process, shared by all managers. */
export class OperationsService {
  readonly #dependencies: OperationsServiceDependencies;
  readonly #running = new Map<string, RunningOperation<unknown>>();
  readonly #listeners = new Set<StatusListener>();
  readonly #idleWaiters = new Set<() => void>();
  #stopping = false;

  constructor(dependencies: OperationsServiceDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Stores a new operation, then runs it in the background. Where `taskId` is known already, the operation that has it.
   * Managers call this through `ServiceOrchestrator`.
   * @throws KtrdrError `service_stopping` after {@link shutdown} was called; `operation_conflict` where the task id belongs
   *   to an operation of another type
   */
  async launch<TResult>(
    managed: ManagedOperation<TResult>,
    { renderer, logger }: { renderer: ProgressRenderer; logger: OrchestratorLogger },
  ): Promise<LaunchedOperation<TResult>> {
    if (this.#stopping) throw new KtrdrError('service_stopping', STOPPING);
    const running = this.#prepare(managed, renderer, logger);
    const { operationId, outcome } = running;
    const ended = () => this.#forget(operationId);
    // before it is stored, so that whoever finds it in the store finds it running
    this.#running.set(operationId, running as RunningOperation<unknown>);
    try {
      const written = await this.#dependencies.store.create(running.record, managed.taskId);
      if (!written.changed) {
        ended();
        return this.#joined<TResult>(written.operation, managed);
      }
      running.created(written.operation);
    } catch (error) {
      ended();
      throw error;
    }
    // shutdown began while it was being stored, and may have cancelled it already
    if (this.#stopping) await this.cancel(operationId, { reason: STOPPING_REASON }).catch(() => {});
    void outcome.then(ended, ended);
    void running.execute();
    return { operationId, outcome };
  }

  /** Newest first, running ones with their newest progress. */
  async list({
    status,
    type,
    limit = DEFAULT_LIST_LIMIT,
    offset = 0,
  }: ListOperationsQuery = {}): Promise<OperationList> {
    const list = await this.#dependencies.store.list({ status, type, limit, offset });
    return { ...list, operations: list.operations.map((operation) => this.#freshened(operation)) };
  }

  /**
   * The operation, with its newest progress while it runs.
   * @throws KtrdrError `operation_not_found`
   */
  async get(operationId: string): Promise<Operation> {
    const operation = await this.#dependencies.store.get(operationId);
    if (operation === null) throw operationNotFound(operationId);
    return this.#freshened(operation);
  }

  /**
   * Asks an operation to stop. A pending one is cancelled; a running one is `cancelling` when this returns, and `cancelled`
   * when its work has really ended. Asking again is fine, and can add `force`, which skips the grace time.
   * @throws KtrdrError `operation_not_found`; `operation_ended` where it has ended
   */
  async cancel(
    operationId: string,
    { reason, force = false }: CancelOperationRequest = {},
  ): Promise<CancelOperationResponse> {
    const { store, clock } = this.#dependencies;
    let operation = await store.get(operationId);
    for (;;) {
      if (operation === null) throw operationNotFound(operationId);
      if (isTerminalStatus(operation.status)) {
        throw new KtrdrError(
          'operation_ended',
          `Operation ${operationId} has ended (${operation.status}): there is nothing to cancel.`,
          { details: { status: operation.status } },
        );
      }
      const { status, attempt } = operation;
      if (status === 'cancelling') break;
      const at = new Date(clock.now()).toISOString();
      const to = status === 'pending' ? 'cancelled' : 'cancelling';
      const written = await store.transition(operationId, attempt, [status], {
        to,
        at,
        reason: reason ?? null,
      });
      operation = written.operation;
      // else it moved on meanwhile: decide again
      if (written.changed) break;
    }
    const running = this.#running.get(operationId);
    running?.adopt(operation);
    running?.cancel(reason ?? null, force);
    return { operation_id: operationId, status: operation.status, message: cancelMessage(operation, force) };
  }

  /**
   * The operation as it changes: first a status event with its state now, then progress (newest state, at most every 100 ms)
   * and every change of its status; ends after the terminal status, when `signal` aborts, or when the reader leaves.
   * @throws KtrdrError `operation_not_found` from the first `next()`
   */
  watch(operationId: string, signal?: AbortSignal): AsyncIterableIterator<OperationEvent> {
    return this.#running.get(operationId)?.watch(signal) ?? this.#watchEnded(operationId);
  }

  /** Calls `listener` with a copy of every operation whose status changed (created ones too). Returns how to stop that. */
  onStatus(listener: StatusListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Operations that this process runs. */
  activeCount(): number {
    return this.#running.size;
  }

  /** Resolves when this process runs no operation. */
  async idle(): Promise<void> {
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => this.#idleWaiters.add(resolve));
  }

  /** @throws where the store cannot be used */
  async checkStore(): Promise<void> {
    await this.#dependencies.store.check();
  }

  /**
   * Refuses new operations, cancels all that run and waits for them, at most `graceMs`; then cancels by force and waits two
   * more seconds.
   * @returns ids of operations that still run: empty when everything has ended
   */
  async shutdown(graceMs: number): Promise<string[]> {
    this.#stopping = true;
    await this.#cancelAll(false);
    if (!(await this.#idleWithin(graceMs))) {
      await this.#cancelAll(true);
      await this.#idleWithin(FORCED_SHUTDOWN_MS);
    }
    return [...this.#running.keys()];
  }

  async #cancelAll(force: boolean): Promise<void> {
    const ids = [...this.#running.keys()];
    // one that ends by itself meanwhile, or is not stored yet, needs no cancel from here
    await Promise.allSettled(ids.map((id) => this.cancel(id, { reason: STOPPING_REASON, force })));
  }

  async #idleWithin(ms: number): Promise<boolean> {
    const enough = new AbortController();
    const outOfTime = this.#dependencies.clock.sleep(ms, enough.signal).catch(() => {});
    await Promise.race([this.idle(), outOfTime]);
    enough.abort();
    return this.#running.size === 0;
  }

  #prepare<TResult>(
    managed: ManagedOperation<TResult>,
    renderer: ProgressRenderer,
    logger: OrchestratorLogger,
  ): RunningOperation<TResult> {
    const { store, clock, randomId } = this.#dependencies;
    const now = clock.now();
    const { type, metadata } = managed;
    const id = createOperationId(type, now, randomId);
    if (this.#running.has(id)) throw operationExists(id);
    const record = newOperation({ id, type, metadata, createdAt: new Date(now).toISOString() });
    const onStatus = (changed: RunningOperation<unknown>) => this.#tellListeners(changed);
    return new RunningOperation(managed, record, { store, clock, logger, renderer, onStatus });
  }

  #freshened(operation: Operation): Operation {
    const running = this.#running.get(operation.operation_id);
    if (running === undefined || isTerminalStatus(operation.status) || isTerminalStatus(running.status))
      return operation;
    const { progress, warnings } = running.snapshot();
    return { ...operation, progress, warnings };
  }

  /** What a start with a known task id joins. */
  #joined<TResult>(
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
    const outcome = this.#running.get(operation_id)?.outcome ?? this.#storedOutcome(operation_id);
    outcome.catch(() => {});
    return { operationId: operation_id, outcome: outcome as Promise<TResult> };
  }

  /** How an operation ended that does not run here. */
  async #storedOutcome(operationId: string): Promise<unknown> {
    const operation = await this.get(operationId);
    if (operation.status === 'completed') return operation.result;
    if (operation.status === 'cancelled') throw new OperationCancelledError();
    if (operation.error !== null) throw errorFromBody(operation.error);
    throw new KtrdrError('operation_conflict', `Operation ${operationId} runs in another process.`);
  }

  async *#watchEnded(operationId: string): AsyncGenerator<OperationEvent, void, undefined> {
    yield { type: 'status', operation: await this.get(operationId) };
  }

  #tellListeners(running: RunningOperation<unknown>): void {
    for (const listener of this.#listeners) void this.#tell(listener, running.snapshot());
  }

  /** A listener that throws or rejects stops nobody else. */
  async #tell(listener: StatusListener, operation: Operation): Promise<void> {
    try {
      await listener(operation);
    } catch (error) {
      const { operation_id } = operation;
      this.#dependencies.logger.error('a status listener failed', { error, operation_id });
    }
  }

  #forget(operationId: string): void {
    this.#running.get(operationId)?.endWatches();
    this.#running.delete(operationId);
    if (this.#running.size > 0) return;
    for (const resolve of this.#idleWaiters) resolve();
    this.#idleWaiters.clear();
  }
}

function cancelMessage({ status }: Operation, force: boolean): string {
  if (status === 'cancelled') return 'The operation was cancelled before it began.';
  return force ? 'The operation is being stopped at once.' : 'The operation is being cancelled.';
}
