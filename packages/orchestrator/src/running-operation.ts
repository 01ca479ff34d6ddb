import { KtrdrError, isTerminalStatus, type Operation, type OperationStatus } from '@ktrdr/contracts';
import { CancellationController, raceCancellation, type CancellationToken } from './cancellation.js';
import type { Clock } from './clock.js';
import { OperationCancelledError, errorBodyOf, isCancellation } from './errors.js';
import { OperationWatch } from './events.js';
import { withFields, type OrchestratorLogger } from './logger.js';
import { jsonCopy, type StatusChange } from './operation.js';
import { runInOperation, type ManagedOperation, type OperationContext } from './operation-context.js';
import type { OperationStore } from './operation-store.js';
import { ProgressManager } from './progress.js';
import { ProgressWriter } from './progress-writer.js';
import type { ProgressRenderer } from './renderers/progress-renderer.js';

/** What a running operation needs of the service that runs it. */
export interface RunningOperationParts {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  renderer: ProgressRenderer;
  /** Told after every change of the status. */
  onStatus(running: RunningOperation<unknown>): void;
}

/**
 * One attempt of an operation, from `pending` to its end: joins the domain function with the stored record, the token, the
 * progress and the watches. The record's status comes from the store alone.
 */
export class RunningOperation<TResult> {
  readonly operationId: string;
  readonly attempt: number;
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
  #resumable: boolean;
  /** As last read from the store; its progress is older than `#progress`. */
  #record: Operation;
  #resolve: (result: TResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(managed: ManagedOperation<TResult>, record: Operation, parts: RunningOperationParts) {
    this.#managed = managed;
    this.#parts = parts;
    this.#record = record;
    this.operationId = record.operation_id;
    this.attempt = record.attempt;
    this.#resumable = record.attempt > 1;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#logger = withFields(parts.logger, { operation_id: this.operationId });
    this.#writer = new ProgressWriter(
      parts.clock,
      () =>
        parts.store.saveProgress(this.operationId, this.attempt, this.#progress.snapshot(), this.#warnings),
      (error) => this.#logger.warn('progress could not be stored', { error }),
    );
    this.#progress = new ProgressManager({
      clock: parts.clock,
      logger: this.#logger,
      renderer: parts.renderer,
      steps: managed.steps,
      initialContext: managed.initialContext,
      from: record.attempt > 1 ? record.progress : undefined,
      onUpdate: (now) => this.#changed(now),
    });
    this.#record.progress = this.#progress.snapshot();
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

  /** A copy of the operation as it is at this moment, with the newest progress. */
  snapshot(): Operation {
    const copy = jsonCopy(this.#record);
    if (isTerminalStatus(copy.status)) return copy;
    return { ...copy, progress: this.#progress.snapshot(), warnings: [...this.#warnings] };
  }

  watch(signal?: AbortSignal): OperationWatch {
    const watch = new OperationWatch(
      this.#parts.clock,
      () => this.snapshot(),
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

  /** The service forgets the operation: also where its end could not be stored, nobody waits for more. */
  endWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** The request is recorded: the work is told to stop. */
  cancel(reason: string | null, force: boolean): void {
    this.#cancellation.cancel(reason, { force });
  }

  /** The store keeps the attempt: from here on its copy counts, and no longer what the caller passed. */
  created(record: Operation): void {
    // whoever found it in the store first may have cancelled it by now
    if (this.#record.status !== 'pending') return;
    this.#record = record;
    this.#parts.onStatus(this as RunningOperation<unknown>);
  }

  /** Takes over the record that the store has after a change of the status. */
  adopt(record: Operation): void {
    // answers of a store may overtake each other: an ended operation stays ended
    if (isTerminalStatus(this.#record.status) || record.status === this.#record.status) return;
    this.#record = record;
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
    if (!(await this.#begin())) throw new OperationCancelledError(this.token.reason);
    this.#progress.start(this.#record.started_at ?? this.#now());
    this.#logger.info('operation started', { operation_type: this.#managed.type });
    try {
      const context = this.#createContext();
      const result = await runInOperation(context, () => this.#managed.run(context));
      await this.#settleInFlight();
      await this.#complete(result);
      return result;
    } catch (error) {
      await this.#settleInFlight();
      await this.#endThrown(error);
      throw error;
    }
  }

  async #begin(): Promise<boolean> {
    try {
      return await this.#transition(['pending'], { to: 'running', at: this.#now() });
    } catch (storeError) {
      this.#logger.error('the start of the operation could not be stored', { storeError });
      throw storeError;
    }
  }

  #createContext(): OperationContext {
    const { clock } = this.#parts;
    const { token } = this;
    return {
      operationId: this.operationId,
      attempt: this.attempt,
      token,
      progress: this.#progress,
      logger: this.#logger,
      clock,
      warn: (message) => {
        if (this.#warnings.includes(message)) return;
        this.#warnings.push(message);
        this.#changed(clock.monotonic());
      },
      setResumable: (resumable) => {
        this.#resumable = resumable;
      },
      sleep: (ms) => clock.sleep(ms, token.signal),
      executeWithCancellation: (work) => this.#executeWithCancellation(work),
    };
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
        await this.#end(['cancelling'], {
          to: 'cancelled',
          at: this.#now(),
          reason,
          resumable: this.#resumable,
        });
      } else {
        this.#logger.error('operation failed', { error });
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
    const ending = { ...change, progress: this.#progress.snapshot(), warnings: [...this.#warnings] };
    const ended = await this.#transition(from, ending);
    if (ended) this.#logger.info('operation ended', { status: change.to, reason: this.token.reason });
    else this.#logger.warn('the operation had been ended by someone else', { status: this.status });
  }

  async #transition(from: readonly OperationStatus[], change: StatusChange): Promise<boolean> {
    const { operation, changed } = await this.#parts.store.transition(
      this.operationId,
      this.attempt,
      from,
      change,
    );
    this.adopt(operation);
    return changed;
  }

  #changed(now: number): void {
    this.#writer.touch(now);
    for (const watch of this.#watches) watch.progressChanged();
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }
}
