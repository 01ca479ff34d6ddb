import {
  KtrdrError,
  isOutage,
  isTerminalStatus,
  type Operation,
  type OperationStatus,
} from '@ktrdr/contracts';
import { CancellationController, raceCancellation, type CancellationToken } from './cancellation.js';
import type { Clock } from './clock.js';
import { OperationCancelledError, errorBodyOf, isCancellation } from './errors.js';
import { OperationWatch } from './events.js';
import { withFields, type OrchestratorLogger } from './logger.js';
import { frozen, jsonCopy, type StatusChange } from './operation.js';
import { runInOperation, type ManagedOperation, type OperationContext } from './operation-context.js';
import type { Lease, OperationStore, SavedProgress, StoredOperation } from './operation-store.js';
import { untilStored } from './until-stored.js';
import { ProgressManager } from './progress.js';
import { ProgressWriter } from './progress-writer.js';
import type { ProgressRenderer } from './renderers/progress-renderer.js';

/** Why an operation was abandoned. */
export const TAKEN_OVER = 'another process has taken the operation over';

/** What a running operation needs of the service that runs it. */
export interface RunningOperationParts {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  renderer: ProgressRenderer;
  lease: Lease;
  /** Told after every change of the status. */
  onStatus(running: RunningOperation<unknown>): void;
}

/** What changes while the work runs. */
type RunProgress = SavedProgress & Pick<Operation, 'warnings'>;

/**
 * One attempt of an operation in the hands of one owner, from `pending`, or from where it was taken over, to its end: joins
 * the domain function with the stored record, the token, the progress and the watches. The record's status comes from the store alone.
 */
export class RunningOperation<TResult> {
  readonly operationId: string;
  readonly epoch: number;
  /** Settles with {@link execute}. */
  readonly outcome: Promise<TResult>;
  readonly #managed: ManagedOperation<TResult>;
  readonly #parts: RunningOperationParts;
  readonly #logger: OrchestratorLogger;
  readonly #cancellation = new CancellationController();
  readonly #progress: ProgressManager;
  readonly #writer: ProgressWriter;
  readonly #watches = new Set<OperationWatch>();
  /** Work that `executeWithCancellation` no longer waits for, but that still runs. */
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #warnings: string[] = [];
  /**
   * The last stored update, which is all that readers see. If they saw newer progress, it would go back when another process
   * takes over after this one has died.
   */
  #saved: RunProgress;
  /** What its readers see, until something changes. */
  #view: Operation | null = null;
  readonly #resume: boolean;
  readonly #takenOver: boolean;
  #begun: Promise<void> | null = null;
  #resumable: boolean;
  /** As last read from the store; its progress is older than `#progress`. */
  #record: Operation;
  #resolve: (result: TResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(
    managed: ManagedOperation<TResult>,
    { operation: record, epoch }: Pick<StoredOperation, 'operation' | 'epoch'>,
    parts: RunningOperationParts,
  ) {
    this.#managed = managed;
    this.#parts = parts;
    this.#record = record;
    this.operationId = record.operation_id;
    this.epoch = epoch;
    this.#resume = record.resumable;
    this.#takenOver = record.status !== 'pending';
    this.#resumable = record.resumable;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#logger = withFields(parts.logger, { operation_id: this.operationId, ...managed.logFields });
    this.#writer = new ProgressWriter(
      parts.clock,
      () => this.#saveProgress(),
      (error) => {
        if (!isOutage(error)) this.#logger.warn('progress could not be stored', { error });
      },
    );
    this.#progress = new ProgressManager({
      clock: parts.clock,
      logger: this.#logger,
      renderer: parts.renderer,
      steps: managed.steps,
      // a taken over operation keeps its stored context
      initialContext: this.#takenOver ? undefined : managed.initialContext,
      from: this.#resume || this.#takenOver ? record.progress : undefined,
      onUpdate: (now, entered) => this.#writer.touch(now, entered),
    });
    this.#warnings.push(...record.warnings);
    this.#record.progress = this.#progress.snapshot();
    this.#saved = this.#newest();
  }

  /** The operation as it is to be stored. */
  get record(): Operation {
    return this.#record;
  }

  get status(): OperationStatus {
    return this.#record.status;
  }

  get token(): CancellationToken {
    return this.#cancellation.token;
  }

  /** See `ManagedOperation.outlivesOwner`. */
  get outlivesOwner(): boolean {
    return this.#managed.outlivesOwner === true;
  }

  /** A copy of the operation with the last stored progress, as every process can read it. */
  snapshot(): Operation {
    const { started_at, status } = this.#record;
    if (isTerminalStatus(status)) return jsonCopy(this.#record);
    const { progress, ...others } = this.#saved;
    return jsonCopy({ ...this.#record, ...others, progress: { ...progress, started_at } });
  }

  watch(signal?: AbortSignal): OperationWatch {
    const watch = new OperationWatch(
      this.#parts.clock,
      () => (this.#view ??= frozen(this.snapshot())),
      (closed) => {
        this.#watches.delete(closed);
        signal?.removeEventListener('abort', leave);
      },
    );
    const leave = () => void watch.return();
    this.#watches.add(watch);
    if (signal?.aborted === true) leave();
    else signal?.addEventListener('abort', leave);
    return watch;
  }

  /** What the store has, where another process may have asked for a cancel. */
  told({ operation, cancelForced }: StoredOperation): void {
    // one that waits for its turn is cancelled at once
    const wasWaiting = operation.status === 'cancelled' && this.#record.status === 'pending';
    if (operation.status !== 'cancelling' && !wasWaiting) return;
    this.adopt(operation);
    this.cancel(operation.cancel_reason, cancelForced);
  }

  /** The service forgets the operation: also where its end could not be stored, nobody waits for more. */
  endWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** The request is recorded: the work is told to stop. */
  cancel(reason: string | null, force: boolean): void {
    this.#cancellation.cancel(reason, { force });
  }

  /**
   * This process gives the operation up, without cancelling it: its work here stops, its end is not recorded. `force`: another
   * owner has it already.
   */
  abandon(reason: string, { force }: { force: boolean }): void {
    this.#cancellation.abandon(reason, { force });
    this.#writer.stop();
  }

  /** The store keeps the attempt: from here on its copy counts, and no longer what the caller passed. */
  created(record: Operation): void {
    // whoever found it in the store first may have cancelled it by now
    if (this.#record.status !== 'pending') return;
    this.#record = record;
    this.#view = null;
    this.#parts.onStatus(this as RunningOperation<unknown>);
  }

  /** Takes over the record that the store has after a change of the status. */
  adopt(record: Operation): void {
    // answers of a store may overtake each other: an ended operation stays ended
    if (isTerminalStatus(this.#record.status) || record.status === this.#record.status) return;
    this.#record = record;
    this.#view = null;
    for (const watch of this.#watches) watch.statusChanged();
    this.#parts.onStatus(this as RunningOperation<unknown>);
  }

  /**
   * Runs the domain function to its end and records how it ended; `outcome` then resolves with what the function returned,
   * or rejects with an `OperationCancelledError`, with what it threw, or with what kept the end from being stored.
   */
  async execute(): Promise<void> {
    try {
      this.#resolve(await this.#runToEnd());
    } catch (error) {
      this.#reject(error);
    }
  }

  async #runToEnd(): Promise<TResult> {
    // one that was taken over has something to cancel
    if (this.#managed.waits !== true) await this.#begin();
    else if (!this.#takenOver) this.token.throwIfCancelled();
    try {
      const context = this.#createContext();
      const result = await runInOperation(context, () => this.#managed.run(context));
      await this.#settleInFlight();
      // a function that never said so has had its turn all the same
      await this.#begin();
      await this.#complete(result);
      return result;
    } catch (error) {
      await this.#settleInFlight();
      if (this.token.isAbandoned) await this.#leave();
      else await this.#endThrown(error);
      throw error;
    }
  }

  /** Once: it begins, or goes on where it was taken over. */
  #begin(): Promise<void> {
    this.#begun ??= this.#markBegun();
    return this.#begun;
  }

  async #markBegun(): Promise<void> {
    try {
      const runs =
        this.#takenOver || (await this.#transition(['pending'], { to: 'running', at: this.#now() }));
      if (!runs) this.#throwNotBegun();
    } catch (storeError) {
      if (!isCancellation(storeError))
        this.#logger.error('the start of the operation could not be stored', { storeError });
      throw storeError;
    }
    this.#progress.start(this.#record.started_at ?? this.#now());
    this.#view = null;
    this.#logger.info('operation started', { operation_type: this.#managed.type });
  }

  /** It was cancelled before its turn, or has another owner, whose work is not to be touched. */
  #throwNotBegun(): never {
    const { status } = this.#record;
    if (status !== 'cancelled' && status !== 'cancelling') this.abandon(TAKEN_OVER, { force: true });
    throw new OperationCancelledError(this.token.reason);
  }

  #createContext(): OperationContext {
    const { clock } = this.#parts;
    const { token } = this;
    return {
      operationId: this.operationId,
      attempt: this.#record.attempt,
      resume: this.#resume,
      takenOver: this.#takenOver,
      token,
      progress: this.#progress,
      logger: this.#logger,
      clock,
      warn: (message) => {
        if (this.#warnings.includes(message)) return;
        this.#warnings.push(message);
        this.#writer.touch(clock.monotonic());
      },
      setResumable: (resumable) => {
        if (this.#resumable === resumable) return;
        this.#resumable = resumable;
        this.#writer.touch(clock.monotonic());
      },
      confirmOwner: () => this.#confirmOwner(),
      begin: () => this.#begin(),
      sleep: (ms) => clock.sleep(ms, token.signal),
      executeWithCancellation: (work) => this.#executeWithCancellation(work),
    };
  }

  async #confirmOwner(): Promise<void> {
    const { store, lease } = this.#parts;
    const held = await untilStored(() => store.renew(lease, new Map([[this.operationId, this.epoch]])), {
      clock: this.#parts.clock,
      isAbandoned: () => this.token.isAbandoned,
    });
    if (held.length === 0) this.abandon(TAKEN_OVER, { force: true });
    if (this.token.isAbandoned) this.token.throwIfCancelled();
  }

  /** The operation stays as it is in the store, for whoever takes it over: at once, where it still belongs to this process. */
  async #leave(): Promise<void> {
    const { store } = this.#parts;
    try {
      await this.#saveProgress();
      await store.release(this.operationId, this.epoch);
      this.#logger.info('operation left to its next owner', { reason: this.token.reason });
    } catch (storeError) {
      this.#logger.warn('the lease of the operation could not be ended', { storeError });
    }
  }

  async #executeWithCancellation<T>(work: (token: CancellationToken) => Promise<T>): Promise<T> {
    const { token } = this;
    token.throwIfCancelled();
    const inFlight = work(token);
    const settled = inFlight.then(
      () => {},
      (error: unknown) => {
        if (token.isCancelled && !isCancellation(error)) {
          this.#logger.warn('work in flight failed after the cancellation', { error });
        }
      },
    );
    this.#inFlight.add(settled);
    void settled.finally(() => this.#inFlight.delete(settled));
    return raceCancellation(token, inFlight);
  }

  /** An operation has ended only when nothing of it runs any more. */
  async #settleInFlight(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  async #complete(result: TResult): Promise<void> {
    try {
      await this.#end(['running', 'cancelling'], { to: 'completed', at: this.#now(), result });
    } catch (cause) {
      const message = 'The work was done, but its result could not be stored.';
      throw new KtrdrError('internal_error', message, { cause });
    }
  }

  async #endThrown(error: unknown): Promise<void> {
    try {
      if (isCancellation(error)) {
        // domain code may stop of its own accord: the request is then recorded with the end
        const reason = error instanceof OperationCancelledError ? error.reason : this.token.reason;
        await this.#transition(['running'], { to: 'cancelling', at: this.#now(), reason });
        // one that waits for its turn was cancelled at once, or stops of its own accord
        if (isTerminalStatus(this.status)) return;
        await this.#end(['pending', 'cancelling'], {
          to: 'cancelled',
          at: this.#now(),
          reason,
          resumable: this.#resumable,
        });
      } else {
        this.#logger.error('operation failed', { error });
        if (this.status === 'pending') await this.#begin();
        const resumable = this.#resumable;
        const failure = { to: 'failed', at: this.#now(), error: errorBodyOf(error), resumable } as const;
        await this.#end(['running', 'cancelling'], failure);
      }
    } catch (storeError) {
      this.#logger.error('the end of the operation could not be stored', { error, storeError });
    }
  }

  async #end(
    from: readonly OperationStatus[],
    change: Extract<StatusChange, { to: 'completed' | 'failed' | 'cancelled' }>,
  ): Promise<void> {
    this.#writer.stop();
    const { progress, warnings } = this.#newest();
    const ending = { ...change, progress, warnings };
    const ended = await untilStored(() => this.#transition(from, ending), {
      clock: this.#parts.clock,
      isAbandoned: () => this.token.isAbandoned,
    });
    if (ended) this.#logger.info('operation ended', { status: change.to, reason: this.token.reason });
    else this.#logger.warn('the operation had been ended by someone else', { status: this.status });
  }

  async #transition(from: readonly OperationStatus[], change: StatusChange): Promise<boolean> {
    const { operation, changed } = await this.#parts.store.transition(
      this.operationId,
      this.epoch,
      from,
      change,
    );
    this.adopt(operation);
    return changed;
  }

  async #saveProgress(): Promise<void> {
    const newest = this.#newest();
    if (!(await this.#parts.store.saveProgress(this.operationId, this.epoch, newest))) return;
    this.#saved = newest;
    this.#view = null;
    for (const watch of this.#watches) watch.progressChanged();
  }

  /** The run's progress at this moment. */
  #newest(): RunProgress {
    return {
      progress: this.#progress.snapshot(),
      warnings: [...this.#warnings],
      resumable: this.#resumable,
    };
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }
}
