import {
  KtrdrError,
  STOPPING_REASON,
  errorFromBody,
  isTerminalStatus,
  type CancelOperationRequest,
  type CancelOperationResponse,
  type ListOperationsQuery,
  type Operation,
  type OperationHistoryEntry,
  type OperationList,
  type OperationStarted,
  type OperationType,
} from '@ktrdr/contracts';
import type { Clock, RandomId } from './clock.js';
import { OperationCancelledError, operationExists, operationNotFound } from './errors.js';
import type { OperationEvent, StatusListener } from './events.js';
import { handleTakenOver, isInterruption, type OnInterrupt } from './interrupted-operation.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { OrchestratorLogger } from './logger.js';
import { changeStatus, createOperationId, newOperation } from './operation.js';
import type { ManagedOperation } from './operation-context.js';
import type { LaunchParts, OperationRunner } from './operation-runner.js';
import type { Lease, OperationStore, StoredOperation } from './operation-store.js';
import { alreadyEnded, cancelMessage, noRunner, notEnded, refusalOf } from './refusals.js';
import type { RunningOperation } from './running-operation.js';
import { RunningOperations } from './running-operations.js';
import { StoreOutage } from './store-outage.js';
import { watchStored } from './stored-watch.js';

export interface OperationsServiceDependencies {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  randomId: RandomId;
  /** Under which name this process owns what it runs. Default: a random name, 15 s. */
  lease?: Lease;
  /**
   * True if the process of this owner has certainly ended: its operations are then taken over before their leases expire.
   * Default: always false.
   */
  isOwnerGone?: (owner: string) => boolean;
  onInterrupt?: OnInterrupt;
}

/** An operation that was launched, or found by its task id. */
export interface LaunchedOperation<TResult> {
  operationId: string;
  /** Settles with the operation: its result, or a throw where it failed or was cancelled. Needs no handler. */
  outcome: Promise<TResult>;
}

/** How many operations a list has when nothing is said. */
export const DEFAULT_LIST_LIMIT = 50;
/** How long an owner may be silent before another one takes its operations over, ms. */
export const DEFAULT_LEASE_MS = 15_000;
/** How long a forced cancellation at shutdown may take, ms. */
const FORCED_SHUTDOWN_MS = 2000;
/** An operation that is interrupted in so many attempts does not go on by itself any more: it may be what kills its owner. */
const MOST_ATTEMPTS = 10;
const REMOVED_AT_ONCE = 1000;
const STOPPING = 'The service is stopping and starts nothing new. Try again when it is back.';

/** Runs operations and answers for them: list, get, cancel, watch. One of it a process, shared by all managers. */
export class OperationsService {
  readonly #dependencies: OperationsServiceDependencies;
  readonly #lease: Lease;
  readonly #onInterrupt: OnInterrupt;
  readonly #keeper: LeaseKeeper;
  readonly #runners = new Map<OperationType, OperationRunner>();
  readonly #running: RunningOperations;
  #stopping = false;

  constructor(dependencies: OperationsServiceDependencies) {
    const { clock, logger, randomId } = dependencies;
    const outage = new StoreOutage({ clock, logger });
    const store = outage.watch(dependencies.store);
    this.#dependencies = { ...dependencies, store };
    this.#lease = dependencies.lease ?? { owner: randomId(), ms: DEFAULT_LEASE_MS };
    this.#onInterrupt = dependencies.onInterrupt ?? 'fail';
    const lease = this.#lease;
    this.#running = new RunningOperations({
      store,
      clock,
      logger,
      lease,
      onEnded: (running) => this.#ended(running),
      onStored: async (operationId) => {
        // shutdown began while it was being stored, and may have cancelled it already
        if (this.#stopping) await this.cancel(operationId, { reason: STOPPING_REASON }).catch(() => {});
      },
    });
    this.#keeper = new LeaseKeeper({
      store,
      clock,
      logger,
      outage,
      lease,
      isOwnerGone: dependencies.isOwnerGone ?? (() => false),
      held: () => this.#running.epochs(),
      onRenewed: (renewed, asked) => this.#running.renewed(renewed, asked),
      onTakenOver: (taken) =>
        handleTakenOver(taken, {
          store,
          clock,
          logger,
          onInterrupt: this.#onInterrupt,
          revive: ({ request, operation }) =>
            this.#runners.get(operation.operation_type)?.revive(request) ?? null,
          run: (managed) => this.#run(managed, taken),
          again: (operationId) => this.#again(operationId),
        }),
    });
  }

  /** Operations of this type can be run again: for the next attempt, and where this process takes them over. */
  register(type: OperationType, runner: OperationRunner): void {
    this.#runners.set(type, runner);
  }

  /**
   * Keeps the leases of what runs here from now on, and takes over what others have left. Call it when every manager is there.
   * Resolves when what was left at this moment has been dealt with.
   */
  keepLeases(): Promise<void> {
    return this.#keeper.start();
  }

  /**
   * Stores a new operation, then runs it in the background. Where `taskId` is known already, the operation that has it.
   * Managers call this through `ServiceOrchestrator`.
   * @throws KtrdrError `service_stopping` after {@link shutdown} was called; `operation_conflict` where the task id belongs
   *   to an operation of another type; `store_unavailable`
   */
  async launch<TResult>(
    managed: ManagedOperation<TResult>,
    parts: LaunchParts,
  ): Promise<LaunchedOperation<TResult>> {
    if (this.#stopping) throw new KtrdrError('service_stopping', STOPPING);
    const { request = null, taskId } = managed;
    const running = this.#running.prepare(managed, { operation: this.#newRecord(managed), epoch: 1 }, parts);
    const written = await this.#running.start(running as RunningOperation<unknown>, () =>
      this.#dependencies.store.create({ operation: running.record, request, taskId, lease: this.#lease }),
    );
    if (!written.changed) return this.#joined<TResult>(written.operation, managed);
    return { operationId: running.operationId, outcome: running.outcome };
  }

  /**
   * Starts an ended operation again, as its next attempt: the same work, which goes on where it was. Its progress does too.
   * @throws KtrdrError `operation_not_found`; `not_resumable` with the reason; `service_stopping`
   */
  resume(operationId: string): Promise<OperationStarted> {
    return this.#nextAttempt(operationId, 'checkpoint');
  }

  /**
   * Starts an operation that failed or was cancelled again, as its next attempt, from the beginning.
   * @throws KtrdrError `operation_not_found`; `not_retryable` with the reason; `service_stopping`
   */
  retry(operationId: string): Promise<OperationStarted> {
    return this.#nextAttempt(operationId, 'beginning');
  }

  async #nextAttempt(operationId: string, from: 'checkpoint' | 'beginning'): Promise<OperationStarted> {
    const { store, clock } = this.#dependencies;
    if (this.#stopping) throw new KtrdrError('service_stopping', STOPPING);
    const last = this.#running.get(operationId);
    // its end is stored a moment before it is forgotten here
    if (last !== undefined && isTerminalStatus(last.status)) await last.outcome.catch(() => {});
    const stored = await store.get(operationId);
    if (stored === null) throw operationNotFound(operationId);
    const { operation, epoch } = stored;
    const runner = this.#runners.get(operation.operation_type);
    const refusal = runner === undefined ? noRunner(operation) : refusalOf(operation, from);
    if (refusal !== null || runner === undefined) throw refusal;
    const managed = runner.revive(await store.getRequest(operationId));
    const change = { to: 'pending', at: new Date(clock.now()).toISOString(), from } as const;
    const next = { operation: changeStatus(operation, change), epoch: epoch + 1 };
    const running = this.#running.prepare(managed, next, runner);
    const written = await this.#running.start(running, () =>
      store.transition(operationId, epoch, [operation.status], change, this.#lease),
    );
    if (!written.changed) throw refusalOf(written.operation, from) ?? notEnded(written.operation, from);
    const goes = from === 'checkpoint' ? 'goes on where it was' : 'starts from the beginning';
    const message = `Attempt ${next.operation.attempt} of the ${operation.operation_type} operation ${goes}.`;
    return { operation_id: operationId, status: 'started', message };
  }

  /** Newest first. */
  list({
    status,
    type,
    limit = DEFAULT_LIST_LIMIT,
    offset = 0,
  }: ListOperationsQuery = {}): Promise<OperationList> {
    return this.#dependencies.store.list({ status, type, limit, offset });
  }

  /**
   * The operation as it is stored: all progress of a running one comes from the same update.
   * @throws KtrdrError `operation_not_found`
   */
  async get(operationId: string): Promise<Operation> {
    const stored = await this.#dependencies.store.get(operationId);
    if (stored === null) throw operationNotFound(operationId);
    return stored.operation;
  }

  /**
   * Changes of the operation's status, with time and cause, oldest first.
   * @throws KtrdrError `operation_not_found`
   */
  async history(operationId: string): Promise<OperationHistoryEntry[]> {
    const history = await this.#dependencies.store.history(operationId);
    if (history.length === 0) throw operationNotFound(operationId);
    return history;
  }

  /** Removes operations that ended before `before` (ms since 1970). @returns how many */
  async removeEnded(before: number): Promise<number> {
    const { store } = this.#dependencies;
    for (let removed = 0; ;) {
      const ids = await store.removeEnded(new Date(before).toISOString(), REMOVED_AT_ONCE);
      removed += ids.length;
      if (ids.length < REMOVED_AT_ONCE) return removed;
    }
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
    let stored = await store.get(operationId);
    for (;;) {
      if (stored === null) throw operationNotFound(operationId);
      const { epoch } = stored;
      const { status } = stored.operation;
      if (isTerminalStatus(status)) throw alreadyEnded(stored.operation);
      if (status === 'cancelling') break;
      const at = new Date(clock.now()).toISOString();
      const to = status === 'pending' ? 'cancelled' : 'cancelling';
      const written = await store.transition(operationId, epoch, [status], {
        to,
        at,
        reason: reason ?? null,
      });
      stored = written;
      // else it moved on meanwhile: decide again
      if (written.changed) break;
    }
    const { operation, epoch } = stored;
    if (force && operation.status === 'cancelling') await store.forceCancel(operationId, epoch);
    const running = this.#running.get(operationId);
    running?.adopt(operation);
    running?.cancel(reason ?? null, force);
    return { operation_id: operationId, status: operation.status, message: cancelMessage(operation, force) };
  }

  /**
   * The operation as it changes: first a status event with its state now, then progress (newest state, at most ten times a second)
   * and every change of its status; ends after the terminal status, when `signal` aborts, or when the reader leaves. Waits through
   * an outage of the store.
   * @throws KtrdrError `operation_not_found` from the first `next()`
   */
  watch(operationId: string, signal?: AbortSignal): AsyncIterableIterator<OperationEvent> {
    return this.#running.get(operationId)?.watch(signal) ?? this.#watchStored(operationId, signal);
  }

  /** Calls `listener` with a copy of every operation whose status changed (created ones too). Returns how to stop that. */
  onStatus(listener: StatusListener): () => void {
    return this.#running.onStatus(listener);
  }

  /** Operations that this process runs. */
  activeCount(): number {
    return this.#running.size;
  }

  /** Resolves when this process runs no operation. */
  idle(): Promise<void> {
    return this.#running.idle();
  }

  /** @throws where the store cannot be used */
  async checkStore(): Promise<void> {
    await this.#dependencies.store.check();
  }

  /**
   * Refuses new operations and waits for all that run, at most `graceMs`; then by force, two more seconds. Those that can go on
   * without this process are left to the next one, the others are cancelled.
   * @returns ids of operations that still run: empty when everything has ended
   */
  async shutdown(graceMs: number): Promise<string[]> {
    this.#stopping = true;
    this.#keeper.takeOverNothing();
    await this.#stopAll(false);
    if (!(await this.#idleWithin(graceMs))) {
      await this.#stopAll(true);
      await this.#idleWithin(FORCED_SHUTDOWN_MS);
    }
    await this.#keeper.stop();
    return [...this.#running.epochs().keys()];
  }

  async #stopAll(force: boolean): Promise<void> {
    // one that ends by itself meanwhile, or is not stored yet, needs no cancel from here
    await Promise.allSettled(this.#running.all().map((running) => this.#stop(running, force)));
  }

  async #stop(running: RunningOperation<unknown>, force: boolean): Promise<void> {
    const goesOn = running.outlivesOwner || (this.#onInterrupt === 'resume' && running.status === 'running');
    if (goesOn) running.abandon(STOPPING_REASON, { force });
    else await this.cancel(running.operationId, { reason: STOPPING_REASON, force });
  }

  async #idleWithin(ms: number): Promise<boolean> {
    const enough = new AbortController();
    const outOfTime = this.#dependencies.clock.sleep(ms, enough.signal).catch(() => {});
    await Promise.race([this.idle(), outOfTime]);
    enough.abort();
    return this.#running.size === 0;
  }

  /** Runs an operation that was taken over from where it is. */
  #run(managed: ManagedOperation<unknown>, taken: StoredOperation): void {
    const runner = this.#runners.get(taken.operation.operation_type);
    if (runner === undefined) throw noRunner(taken.operation);
    this.#running.take(managed, taken, runner);
  }

  #ended(running: RunningOperation<unknown>): void {
    const { status, error } = running.snapshot();
    const wasInterrupted = status === 'failed' && isInterruption(error);
    if (wasInterrupted && this.#onInterrupt === 'resume') void this.#again(running.operationId);
  }

  /** The next attempt of an operation that was interrupted; what keeps it from starting is logged. */
  async #again(operationId: string): Promise<void> {
    const { logger } = this.#dependencies;
    try {
      const { attempt, resumable } = await this.get(operationId);
      if (this.#stopping) return;
      if (attempt >= MOST_ATTEMPTS) {
        logger.error('an operation was interrupted too often to go on by itself', {
          operation_id: operationId,
        });
        return;
      }
      await (resumable ? this.resume(operationId) : this.retry(operationId));
    } catch (error) {
      logger.error('an interrupted operation could not go on', { operation_id: operationId, error });
    }
  }

  #newRecord({ type, metadata }: ManagedOperation<unknown>): Operation {
    const { clock, randomId } = this.#dependencies;
    const now = clock.now();
    const id = createOperationId(type, now, randomId);
    if (this.#running.has(id)) throw operationExists(id);
    return newOperation({ id, type, metadata, createdAt: new Date(now).toISOString() });
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

  async *#watchStored(
    operationId: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<OperationEvent, void, undefined> {
    const { store, clock } = this.#dependencies;
    const get = (id: string) => this.get(id);
    const runsHere = () => this.#running.has(operationId);
    yield* watchStored(operationId, { store, clock, get, signal, runsHere });
    const running = this.#running.get(operationId);
    if (running !== undefined && signal?.aborted !== true) yield* running.watch(signal);
  }
}
