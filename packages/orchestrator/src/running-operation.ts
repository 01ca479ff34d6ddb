import { isTerminalStatus, type Operation, type OperationStatus } from '@ktrdr/contracts';
import { AttemptLifecycle } from './attempt-lifecycle.js';
import { AttemptProgress } from './attempt-progress.js';
import { CancellationController, type CancellationToken } from './cancellation.js';
import type { Clock } from './clock.js';
import type { OperationWatch } from './events.js';
import { withFields, type OrchestratorLogger } from './logger.js';
import { jsonCopy } from './operation.js';
import type { ManagedOperation, OperationContext } from './operation-context.js';
import type { Lease, OperationStore, StoredOperation } from './operation-store.js';
import { OperationWatches } from './operation-watches.js';
import { OwnedRecord } from './owned-record.js';
import type { ProgressRenderer } from './renderers/progress-renderer.js';
import { untilStored } from './until-stored.js';
import { WorkInFlight } from './work-in-flight.js';

/** Why an operation was abandoned. */
const TAKEN_OVER = 'another process has taken the operation over';

/** Why the token of an operation fires whose time is up. */
const TIME_IS_UP = 'its time is up';

/** What a running operation needs of the service that runs it. */
export interface RunningOperationParts {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  renderer: ProgressRenderer;
  lease: Lease;
  /** Ms that an attempt may run; `null`: no limit. */
  mostMs: number | null;
  /** Called after every change of the status. */
  onStatus(running: RunningOperation<unknown>): void;
}

/**
 * One attempt of an operation under one owner. Joins the attempt's parts, each in a separate file: the stored record,
 * the lifecycle, the progress, the watches and the work in flight.
 */
export class RunningOperation<TResult> {
  /** Settles with {@link execute}. */
  readonly outcome: Promise<TResult>;
  private readonly record: OwnedRecord;
  private readonly progress: AttemptProgress;
  private readonly watches: OperationWatches;
  private readonly inFlight: WorkInFlight;
  private readonly lifecycle: AttemptLifecycle<TResult>;
  private readonly cancellation = new CancellationController();
  private readonly logger: OrchestratorLogger;
  private readonly resume: boolean;
  private readonly takenOver: boolean;
  private resolve: (result: TResult) => void = () => {};
  private reject: (error: unknown) => void = () => {};

  constructor(
    private readonly managed: ManagedOperation<TResult>,
    stored: Pick<StoredOperation, 'operation' | 'epoch'>,
    private readonly parts: RunningOperationParts,
  ) {
    const { operation } = stored;
    const { store, clock, renderer, lease } = parts;
    const { token } = this;
    this.resume = operation.resumable;
    this.takenOver = operation.status !== 'pending';
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.logger = withFields(parts.logger, { operation_id: operation.operation_id, ...managed.logFields });
    this.record = new OwnedRecord(stored, { store, lease, onStatus: () => this.statusChanged() });
    this.watches = new OperationWatches(clock, () => this.snapshot());
    this.inFlight = new WorkInFlight(token, this.logger);
    this.progress = new AttemptProgress(managed, operation, this.takenOver, {
      clock,
      logger: this.logger,
      renderer,
      records: {
        isNew: stored.epoch === 1,
        load: () => this.record.loadRecords(),
        store: (change) => this.record.saveRecords(change),
      },
      store: (progress) => this.record.saveProgress(progress),
      onStored: () => this.watches.progressChanged(),
    });
    operation.progress = this.progress.lastStored.progress;
    this.lifecycle = new AttemptLifecycle(managed, {
      record: this.record,
      progress: this.progress,
      inFlight: this.inFlight,
      token,
      clock,
      logger: this.logger,
      takenOver: this.takenOver,
      mostMs: parts.mostMs,
      onTimeUp: () => this.cancel(TIME_IS_UP, false),
      onLost: () => this.lose(),
    });
  }

  get operationId(): string {
    return this.record.operationId;
  }

  get epoch(): number {
    return this.record.epoch;
  }

  get status(): OperationStatus {
    return this.record.status;
  }

  /** The operation for the store to create. */
  get operation(): Operation {
    return this.record.operation;
  }

  /** See `ManagedOperation.outlivesOwner`. */
  get outlivesOwner(): boolean {
    return this.managed.outlivesOwner === true;
  }

  /** It waits for its turn: none of its work has begun, so the next owner loses nothing. */
  get isWaiting(): boolean {
    return this.managed.waits === true && this.status === 'pending';
  }

  /** A copy of the operation with the last stored progress, the same for the readers of every process (I8). */
  snapshot(): Operation {
    const { operation, status } = this.record;
    if (isTerminalStatus(status)) return jsonCopy(operation);
    const { progress, ...others } = this.progress.lastStored;
    const { started_at } = operation;
    return jsonCopy({ ...operation, ...others, progress: { ...progress, started_at } });
  }

  watch(signal?: AbortSignal): OperationWatch {
    return this.watches.open(signal);
  }

  /** The service forgets the operation: watches end even if the end could not be stored. */
  endWatches(): void {
    this.watches.end();
  }

  /** The store's state of the operation, where another process may have requested a cancel. */
  told({ operation, cancelForced }: StoredOperation): void {
    // an operation that waits for its turn is cancelled without `cancelling`
    const wasWaiting = operation.status === 'cancelled' && this.status === 'pending';
    if (operation.status !== 'cancelling' && !wasWaiting) return;
    this.adopt(operation);
    this.cancel(operation.cancel_reason, cancelForced);
  }

  /** Tells the work to stop. The request is stored already (I9). */
  cancel(reason: string | null, force: boolean): void {
    this.cancellation.cancel(reason, { force });
  }

  /**
   * This process gives the operation up without cancelling it: the work here stops, and its end is not stored (I10).
   * @param force the work stops without a grace time, because another process owns the operation already
   */
  abandon(reason: string, { force }: { force: boolean }): void {
    this.cancellation.abandon(reason, { force });
    this.progress.stopWriting();
  }

  /** Another process owns the operation. */
  lose(): void {
    this.abandon(TAKEN_OVER, { force: true });
  }

  /** The store has created the attempt. */
  created(operation: Operation): void {
    if (!this.record.created(operation)) return;
    this.watches.stateReplaced();
    this.tellService();
  }

  /** Replaces the record after a change of the status in the store. */
  adopt(operation: Operation): void {
    this.record.adopt(operation);
  }

  /**
   * Runs the domain function to its end and stores how it ended. Then `outcome` resolves with the function's result, or rejects
   * with an `OperationCancelledError`, with what the function threw, or with the reason why the end could not be stored.
   */
  async execute(): Promise<void> {
    try {
      this.resolve(await this.lifecycle.run(this.createContext()));
    } catch (error) {
      this.reject(error);
    }
  }

  private get token(): CancellationToken {
    return this.cancellation.token;
  }

  private createContext(): OperationContext {
    const { token, progress, lifecycle, inFlight } = this;
    const { clock } = this.parts;
    return {
      operationId: this.operationId,
      attempt: this.operation.attempt,
      resume: this.resume,
      takenOver: this.takenOver,
      token,
      progress: progress.reporter,
      metrics: progress.metrics,
      logger: this.logger,
      clock,
      warn: (message) => progress.warn(message),
      setResumable: (resumable) => progress.setResumable(resumable),
      confirmOwner: () => this.confirmOwner(),
      begin: () => lifecycle.begin(),
      sleep: (ms) => clock.sleep(ms, token.signal),
      executeWithCancellation: (work) => inFlight.run(work),
    };
  }

  private async confirmOwner(): Promise<void> {
    const isOwner = await untilStored(() => this.record.renew(), {
      clock: this.parts.clock,
      isAbandoned: () => this.token.isAbandoned,
    });
    if (!isOwner) this.lose();
    if (this.token.isAbandoned) this.token.throwIfCancelled();
  }

  private statusChanged(): void {
    this.watches.statusChanged();
    this.tellService();
  }

  private tellService(): void {
    this.parts.onStatus(this as RunningOperation<unknown>);
  }
}
