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
  type OperationStarted,
} from '@ktrdr/contracts';
import type { Clock, RandomId } from './clock.js';
import { OperationCancelledError, operationExists, operationNotFound } from './errors.js';
import type { OperationEvent, StatusListener } from './events.js';
import type { OrchestratorLogger } from './logger.js';
import { changeStatus, createOperationId, newOperation } from './operation.js';
import type { ManagedOperation } from './operation-context.js';
import type { OperationStore, Written } from './operation-store.js';
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

/** An ended operation that can go on, with what it takes to run it again. */
interface Resumable {
  managed: ManagedOperation<unknown>;
  parts: LaunchParts;
}

/** What a manager launches its operations with. */
interface LaunchParts {
  renderer: ProgressRenderer;
  logger: OrchestratorLogger;
}

/** So many resumable operations are remembered; beyond it the oldest is forgotten. */
const MOST_RESUMABLE = 1000;
/** How many operations a list has when nothing is said. */
export const DEFAULT_LIST_LIMIT = 50;
/** How long a forced cancellation at shutdown may take, ms. */
const FORCED_SHUTDOWN_MS = 2000;
const STOPPING = 'The service is stopping and starts nothing new. Try again when it is back.';

/** Runs operations and answers for them: list, get, cancel, watch. One of it a process, shared by all managers. */
export class OperationsService {
  readonly #dependencies: OperationsServiceDependencies;
  readonly #running = new Map<string, RunningOperation<unknown>>();
  /** In the order in which they ended. */
  readonly #resumable = new Map<string, Resumable>();
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
    parts: LaunchParts,
  ): Promise<LaunchedOperation<TResult>> {
    if (this.#stopping) throw new KtrdrError('service_stopping', STOPPING);
    const record = this.#newRecord(managed);
    const running = this.#prepare(managed, record, parts);
    const written = await this.#start(running, { managed, parts }, () =>
      this.#dependencies.store.create(running.record, managed.taskId),
    );
    if (!written.changed) return this.#joined<TResult>(written.operation, managed);
    return { operationId: running.operationId, outcome: running.outcome };
  }

  /**
   * Starts an ended operation again, as its next attempt: the same work, which goes on where it was. Its progress does too.
   * @throws KtrdrError `operation_not_found`; `not_resumable` with the reason; `service_stopping`
   */
  async resume(operationId: string): Promise<OperationStarted> {
    if (this.#stopping) throw new KtrdrError('service_stopping', STOPPING);
    const last = this.#running.get(operationId);
    // its end is stored a moment before it is forgotten here
    if (last !== undefined && isTerminalStatus(last.status)) await last.outcome.catch(() => {});
    const operation = await this.get(operationId);
    const ended = this.#resumable.get(operationId);
    if (ended === undefined || this.#running.has(operationId) || !operation.resumable) {
      throw notResumable(operation);
    }
    const { status, attempt } = operation;
    const running = this.#prepare(ended.managed, changeStatus(operation, { to: 'pending' }), ended.parts);
    const written = await this.#start(running, ended, () =>
      this.#dependencies.store.transition(operationId, attempt, [status], { to: 'pending' }),
    );
    if (!written.changed) throw notResumable(written.operation);
    const message = `Attempt ${attempt + 1} of the ${operation.operation_type} operation goes on where it was.`;
    return { operation_id: operationId, status: 'started', message };
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

  /** Stores an attempt with `write`, and runs it in the background if that was what changed the store. */
  async #start<TResult>(
    running: RunningOperation<TResult>,
    resumable: Resumable,
    write: () => Promise<Written>,
  ): Promise<Written> {
    const { operationId, outcome } = running;
    const ended = () => this.#forget(operationId);
    // before it is stored, so that whoever finds it in the store finds it running
    this.#running.set(operationId, running as RunningOperation<unknown>);
    try {
      const written = await write();
      if (!written.changed) {
        ended();
        return written;
      }
      this.#resumable.delete(operationId);
      running.created(written.operation);
      // shutdown began while it was being stored, and may have cancelled it already
      if (this.#stopping) await this.cancel(operationId, { reason: STOPPING_REASON }).catch(() => {});
      const rememberAndForget = () => {
        if (running.snapshot().resumable) this.#remember(operationId, resumable);
        ended();
      };
      void outcome.then(rememberAndForget, rememberAndForget);
      void running.execute();
      return written;
    } catch (error) {
      ended();
      throw error;
    }
  }

  #remember(operationId: string, resumable: Resumable): void {
    this.#resumable.set(operationId, resumable);
    for (const oldest of this.#resumable.keys()) {
      if (this.#resumable.size <= MOST_RESUMABLE) return;
      this.#resumable.delete(oldest);
    }
  }

  #newRecord({ type, metadata }: ManagedOperation<unknown>): Operation {
    const { clock, randomId } = this.#dependencies;
    const now = clock.now();
    const id = createOperationId(type, now, randomId);
    if (this.#running.has(id)) throw operationExists(id);
    return newOperation({ id, type, metadata, createdAt: new Date(now).toISOString() });
  }

  #prepare<TResult>(
    managed: ManagedOperation<TResult>,
    record: Operation,
    { renderer, logger }: LaunchParts,
  ): RunningOperation<TResult> {
    const { store, clock } = this.#dependencies;
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

function notResumable(operation: Operation): KtrdrError {
  const { operation_id, operation_type, status } = operation;
  return new KtrdrError(
    'not_resumable',
    `Operation ${operation_id} cannot be resumed: ${whyNotResumable(operation)}`,
    { details: { operation_type, status } },
  );
}

function whyNotResumable({ status, resumable, operation_type }: Operation): string {
  if (status === 'completed') return 'it has completed.';
  if (!isTerminalStatus(status))
    return `it is ${status}. Only one that failed or was cancelled can be resumed.`;
  if (resumable) return 'the service no longer knows how to run it. Start it again.';
  return `this ${operation_type} operation left nothing to go on from when it ended (${status}). Start it again.`;
}

function cancelMessage({ status }: Operation, force: boolean): string {
  if (status === 'cancelled') return 'The operation was cancelled before it began.';
  return force ? 'The operation is being stopped at once.' : 'The operation is being cancelled.';
}
