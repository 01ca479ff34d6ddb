import type {
  CancelOperationRequest,
  CancelOperationResponse,
  MetricPoint,
  Operation,
  OperationHistoryEntry,
  OperationStarted,
  OperationType,
  TimelinePhase,
} from '@ktrdr/contracts';
import { cancelOperation } from './cancel-operation.js';
import type { Clock, RandomId } from './clock.js';
import type { OperationEvent, StatusListener } from './events.js';
import { handleAllTakenOver, type OnInterrupt } from './interrupted-operation.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { OrchestratorLogger } from './logger.js';
import { NextAttempts } from './next-attempts.js';
import type { ManagedOperation } from './operation-context.js';
import type { OperationsChange } from './operation-feed.js';
import { OperationLauncher, type LaunchedOperation } from './operation-launcher.js';
import { OperationQueries } from './operation-queries.js';
import type { LaunchParts, OperationRunner } from './operation-runner.js';
import type {
  Lease,
  OperationPage,
  OperationQuery,
  OperationStore,
  StoredOperation,
  TakenOver,
} from './operation-store.js';
import { noRunner } from './refusals.js';
import { RunningOperations } from './running-operations.js';
import { ServiceShutdown } from './service-shutdown.js';
import { StoreOutage } from './store-outage.js';

export interface OperationsServiceDependencies {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  randomId: RandomId;
  /** The name under which this process owns its operations, and the length of its leases. Default: a random name, 15 s. */
  lease?: Lease;
  /**
   * True if the process of this owner has certainly ended: its operations are then taken over before their leases expire.
   * Default: always false.
   */
  isOwnerGone?: (owner: string) => boolean;
  onInterrupt?: OnInterrupt;
  /** Ms that an attempt may run before it is stopped with `time_limit_reached`. Default: no limit. */
  mostAttemptMs?: number;
  /** A start is refused if this many operations of its type wait. Default: no limit. */
  mostWaiting?: number;
  /** Calls `begin` when the work of a stored attempt may begin. Default: at once. */
  whenToBegin?: (begin: () => void) => void;
}

/** Another process takes an owner's operations over after this long without a renewal, ms. */
export const DEFAULT_LEASE_MS = 15_000;

/** Runs operations, and lists, reads, cancels and watches them. Each process has one, shared by all managers. */
export class OperationsService {
  private readonly store: OperationStore;
  private readonly clock: Clock;
  private readonly logger: OrchestratorLogger;
  private readonly onInterrupt: OnInterrupt;
  private readonly runners = new Map<string, OperationRunner>();
  private readonly running: RunningOperations;
  private readonly keeper: LeaseKeeper;
  private readonly queries: OperationQueries;
  private readonly launcher: OperationLauncher;
  private readonly shutdownSteps: ServiceShutdown;
  private readonly nextAttempts: NextAttempts;

  constructor(dependencies: OperationsServiceDependencies) {
    const { clock, logger, randomId } = dependencies;
    const outage = new StoreOutage({ clock, logger });
    const store = outage.watch(dependencies.store);
    const lease = dependencies.lease ?? { owner: randomId(), ms: DEFAULT_LEASE_MS };
    const onInterrupt = dependencies.onInterrupt ?? 'fail';
    const { mostWaiting } = dependencies;
    const { runners } = this;
    const running = new RunningOperations({
      store,
      clock,
      logger,
      lease,
      mostMs: dependencies.mostAttemptMs ?? null,
      whenToBegin: dependencies.whenToBegin ?? ((begin) => begin()),
      onStored: (operationId) => this.shutdownSteps.stored(operationId),
      onEnded: (ended) => void this.nextAttempts.openIfInterrupted(ended),
    });
    const keeper = new LeaseKeeper({
      store,
      clock,
      logger,
      outage,
      lease,
      isOwnerGone: dependencies.isOwnerGone ?? (() => false),
      held: () => running.epochs(),
      onRenewed: (renewed, asked) => running.renewed(renewed, asked),
      onTakenOver: (taken) => this.takenOver(taken),
    });
    const cancel = (operationId: string, request: CancelOperationRequest) =>
      this.cancel(operationId, request);
    const shutdown = new ServiceShutdown({ clock, onInterrupt, running, keeper, cancel });
    const queries = new OperationQueries({ store, clock, running });
    this.store = store;
    this.clock = clock;
    this.logger = logger;
    this.onInterrupt = onInterrupt;
    this.running = running;
    this.keeper = keeper;
    this.queries = queries;
    this.shutdownSteps = shutdown;
    this.launcher = new OperationLauncher({ store, clock, randomId, lease, running, queries, mostWaiting });
    this.nextAttempts = new NextAttempts({
      store,
      clock,
      logger,
      lease,
      onInterrupt,
      running,
      runners,
      shutdown,
    });
  }

  /** Sets how operations of this type run again: in their next attempt, and after this process has taken them over. */
  register(type: OperationType, runner: OperationRunner): void {
    this.runners.set(type, runner);
  }

  /**
   * From now on this process renews the leases of its operations and takes over what other owners have left. Call it when every
   * manager is registered.
   * Resolves after the operations that have no owner at this moment were taken over.
   */
  keepLeases(): Promise<void> {
    return this.keeper.start();
  }

  /**
   * Stores a new operation, then runs it in the background. If an operation has the `taskId` already, returns that one.
   * Managers call this through `ServiceOrchestrator`.
   * @throws KtrdrError `service_stopping` after {@link shutdown} was called; `operation_conflict` if the task id belongs
   *   to an operation of another type; `store_unavailable`
   */
  async launch<TResult>(
    managed: ManagedOperation<TResult>,
    parts: LaunchParts,
  ): Promise<LaunchedOperation<TResult>> {
    this.shutdownSteps.throwIfBegun();
    return this.launcher.launch(managed, parts);
  }

  /**
   * Starts the next attempt of an ended operation from its last checkpoint. Its progress continues.
   * @throws KtrdrError `operation_not_found`; `not_resumable` with the reason; `service_stopping`
   */
  resume(operationId: string): Promise<OperationStarted> {
    return this.nextAttempts.open(operationId, 'checkpoint');
  }

  /**
   * Starts the next attempt of a failed or cancelled operation from the beginning.
   * @throws KtrdrError `operation_not_found`; `not_retryable` with the reason; `service_stopping`
   */
  retry(operationId: string): Promise<OperationStarted> {
    return this.nextAttempts.open(operationId, 'beginning');
  }

  /** Newest first. */
  list(query: Partial<OperationQuery> = {}): Promise<OperationPage> {
    return this.queries.list(query);
  }

  /**
   * The operation as it is stored: all progress of a running one comes from the same update.
   * @throws KtrdrError `operation_not_found`
   */
  get(operationId: string): Promise<Operation> {
    return this.queries.get(operationId);
  }

  /** The request that the operation was created with. @throws KtrdrError `operation_not_found` */
  getRequest(operationId: string): Promise<unknown> {
    return this.queries.getRequest(operationId);
  }

  /**
   * Changes of the operation's status, with time and cause, oldest first.
   * @throws KtrdrError `operation_not_found`
   */
  history(operationId: string): Promise<OperationHistoryEntry[]> {
    return this.queries.history(operationId);
  }

  /** The points of the operation's curve, by seed and epoch. @throws KtrdrError `operation_not_found` */
  metrics(operationId: string): Promise<MetricPoint[]> {
    return this.queries.metrics(operationId);
  }

  /** The phases of all attempts, oldest first. @throws KtrdrError `operation_not_found` */
  timeline(operationId: string): Promise<TimelinePhase[]> {
    return this.queries.timeline(operationId);
  }

  /** Removes operations that ended before `before` (ms since 1970). @returns how many */
  removeEnded(before: number): Promise<number> {
    return this.queries.removeEnded(before);
  }

  /**
   * Requests the cancel of an operation. A pending one is cancelled at once; a running one is `cancelling` when this returns, and
   * `cancelled` when its work has ended. A repeated request may add `force`, which skips the grace time.
   * @throws KtrdrError `operation_not_found`; `operation_ended` if it has ended
   */
  cancel(operationId: string, request: CancelOperationRequest = {}): Promise<CancelOperationResponse> {
    const { store, clock, running } = this;
    return cancelOperation(operationId, request, { store, clock, running });
  }

  /**
   * Yields the operation as it changes: first a status event with its current state, then progress (the newest state, at most
   * ten times a second) and every change of its status. Ends after the terminal status, when `signal` aborts, or when the reader
   * leaves. Continues after an outage of the store.
   * @throws KtrdrError `operation_not_found` from the first `next()`
   */
  watch(operationId: string, signal?: AbortSignal): AsyncIterableIterator<OperationEvent> {
    return this.queries.watch(operationId, signal);
  }

  /**
   * Calls `listener` with every change of every operation of the store, also of those that another process runs: a status at once,
   * progress at most four times a second.
   * @returns a function that removes the listener
   */
  follow(listener: (change: OperationsChange) => void): () => void {
    return this.queries.follow(listener);
  }

  /**
   * Calls `listener` for every operation of this process whose status changed, and for every created one.
   * @returns a function that removes the listener
   */
  onStatus(listener: StatusListener): () => void {
    return this.running.onStatus(listener);
  }

  /** Number of operations that this process runs. */
  activeCount(): number {
    return this.running.size;
  }

  /** Resolves when this process runs no operation. */
  idle(): Promise<void> {
    return this.running.idle();
  }

  /** @throws if the store is unavailable */
  async checkStore(): Promise<void> {
    await this.store.check();
  }

  /**
   * Refuses new operations. Leaves those that can continue without this process to the next owner, cancels the others, and waits for
   * them for at most `graceMs`; then forces them, and waits two more seconds.
   * @returns ids of operations that still run
   */
  shutdown(graceMs: number): Promise<string[]> {
    return this.shutdownSteps.run(graceMs);
  }

  private takenOver(all: readonly TakenOver[]): Promise<void> {
    const { store, clock, logger, onInterrupt, runners } = this;
    return handleAllTakenOver(all, {
      store,
      clock,
      logger,
      onInterrupt,
      revive: ({ request, operation }) => runners.get(operation.operation_type)?.revive(request) ?? null,
      run: (managed, taken) => this.takeUp(managed, taken),
      again: (operationId) => this.nextAttempts.openAutomatically(operationId),
      isStopping: () => this.shutdownSteps.begun,
    });
  }

  /** Runs an operation that was taken over, from its current state. */
  private takeUp(managed: ManagedOperation<unknown>, taken: StoredOperation): void {
    const runner = this.runners.get(taken.operation.operation_type);
    if (runner === undefined) throw noRunner(taken.operation);
    this.running.take(managed, taken, runner);
  }
}
