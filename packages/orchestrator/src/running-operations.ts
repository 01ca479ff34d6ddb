import type { Clock } from './clock.js';
import type { StatusListener, StatusNotice } from './events.js';
import type { OrchestratorLogger } from './logger.js';
import type { ManagedOperation } from './operation-context.js';
import type { LaunchParts } from './operation-runner.js';
import type { Lease, OperationStore, StoredOperation, Written } from './operation-store.js';
import { RunningOperation } from './running-operation.js';

export interface RunningOperationsParts {
  store: OperationStore;
  clock: Clock;
  logger: OrchestratorLogger;
  lease: Lease;
  mostMs: number | null;
  /** See `OperationsServiceDependencies`. */
  whenToBegin: (begin: () => void) => void;
  /** An attempt is stored and has not begun. */
  onStored(operationId: string): Promise<void>;
  /** An attempt has ended, and is no longer here. */
  onEnded(running: RunningOperation<unknown>): void;
}

/** The operations that this process runs, and the listeners to their status. */
export class RunningOperations {
  private readonly parts: RunningOperationsParts;
  private readonly running = new Map<string, RunningOperation<unknown>>();
  private readonly listeners = new Set<StatusListener>();
  private readonly idleWaiters = new Set<() => void>();

  constructor(parts: RunningOperationsParts) {
    this.parts = parts;
  }

  get size(): number {
    return this.running.size;
  }

  get(operationId: string): RunningOperation<unknown> | undefined {
    return this.running.get(operationId);
  }

  has(operationId: string): boolean {
    return this.running.has(operationId);
  }

  all(): RunningOperation<unknown>[] {
    return [...this.running.values()];
  }

  /** Ids and epochs. */
  epochs(): ReadonlyMap<string, number> {
    return new Map(this.all().map(({ operationId, epoch }) => [operationId, epoch]));
  }

  onStatus(listener: StatusListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    if (this.running.size === 0) return;
    await new Promise<void>((resolve) => this.idleWaiters.add(resolve));
  }

  /** Runs an operation that was taken over, from its current state. */
  take(
    managed: ManagedOperation<unknown>,
    { operation, epoch, cancelForced }: StoredOperation,
    parts: LaunchParts,
  ): void {
    const running = this.prepare(managed, { operation, epoch }, parts);
    // an attempt that could not store its end may be this process's own
    this.running.get(operation.operation_id)?.lose();
    this.running.set(operation.operation_id, running);
    if (operation.status === 'cancelling') running.cancel(operation.cancel_reason, cancelForced);
    this.execute(running);
  }

  /** Stores an attempt with `write` (I4), then runs it in the background if the write changed the store. */
  async start(running: RunningOperation<unknown>, write: () => Promise<Written>): Promise<Written> {
    const { operationId } = running;
    // another attempt registered first
    const other = this.running.get(operationId);
    // before it is stored, so that a reader who finds it in the store also finds it here
    if (other === undefined) this.running.set(operationId, running);
    try {
      const written = await write();
      if (!written.changed) {
        this.forget(running);
        return written;
      }
      this.running.set(operationId, running);
      running.created(written.operation);
      await this.parts.onStored(operationId);
      this.parts.whenToBegin(() => this.execute(running));
      return written;
    } catch (error) {
      this.forget(running);
      throw error;
    }
  }

  private execute(running: RunningOperation<unknown>): void {
    const ended = () => {
      this.forget(running);
      this.parts.onEnded(running);
    };
    void running.outcome.then(ended, ended);
    void running.execute();
  }

  /** After a renewal: an operation that is not in `renewed` may have another owner, and another process may have requested a cancel. */
  renewed(renewed: StoredOperation[], asked: ReadonlyMap<string, number>): void {
    const held = new Map(renewed.map((stored) => [stored.operation.operation_id, stored]));
    for (const [operationId, epoch] of asked) {
      const running = this.running.get(operationId);
      if (running?.epoch !== epoch) continue;
      const stored = held.get(operationId);
      if (stored !== undefined) running.told(stored);
      else void this.checkLost(running);
    }
  }

  /** It was not renewed: it is ending, not stored yet, or another process owns it. */
  private async checkLost(running: RunningOperation<unknown>): Promise<void> {
    const stored = await this.parts.store.get(running.operationId).catch(() => null);
    if (stored === null) return;
    if (stored.epoch === running.epoch) running.told(stored);
    else running.lose();
  }

  /** An attempt that is not stored yet. */
  prepare<TResult>(
    managed: ManagedOperation<TResult>,
    stored: Pick<StoredOperation, 'operation' | 'epoch'>,
    { renderer, logger }: LaunchParts,
  ): RunningOperation<TResult> {
    const { store, clock, lease, mostMs } = this.parts;
    const onStatus = (changed: RunningOperation<unknown>) => this.tellListeners(changed);
    const parts = { store, clock, logger, renderer, lease, mostMs, onStatus };
    return new RunningOperation(managed, stored, parts);
  }

  private tellListeners(running: RunningOperation<unknown>): void {
    const { operation_id, operation_type, status, attempt } = running.operation;
    const notice = Object.freeze({ operation_id, operation_type, status, attempt });
    for (const listener of this.listeners) void this.tell(listener, notice);
  }

  /** A listener that throws or rejects does not affect the others. */
  private async tell(listener: StatusListener, notice: StatusNotice): Promise<void> {
    try {
      await listener(notice);
    } catch (error) {
      const { operation_id } = notice;
      this.parts.logger.error('a status listener failed', { error, operation_id });
    }
  }

  private forget(running: RunningOperation<unknown>): void {
    running.endWatches();
    if (this.running.get(running.operationId) === running) this.running.delete(running.operationId);
    if (this.running.size > 0) return;
    for (const resolve of this.idleWaiters) resolve();
    this.idleWaiters.clear();
  }
}
