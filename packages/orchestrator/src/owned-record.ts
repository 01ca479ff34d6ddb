import { isTerminalStatus, type Operation, type OperationStatus } from '@ktrdr/contracts';
import type { OperationRecords, RecordsChange } from './attempt-records.js';
import type { StatusChange } from './operation.js';
import type { Lease, OperationStore, SavedProgress, StoredOperation } from './operation-store.js';

export interface OwnedRecordParts {
  store: OperationStore;
  lease: Lease;
  /** Called after every change of the status that the store has made. */
  onStatus: () => void;
}

/**
 * An operation's stored record as its owner writes it. Every write names the epoch (I2): after another process has taken the
 * operation over, the store refuses the write. The status comes from the store alone.
 */
export class OwnedRecord {
  readonly operationId: string;
  readonly epoch: number;
  /** As last read from the store. */
  private record: Operation;

  constructor(
    { operation, epoch }: Pick<StoredOperation, 'operation' | 'epoch'>,
    private readonly parts: OwnedRecordParts,
  ) {
    this.operationId = operation.operation_id;
    this.epoch = epoch;
    this.record = operation;
  }

  get operation(): Operation {
    return this.record;
  }

  get status(): OperationStatus {
    return this.record.status;
  }

  /** The store has created the attempt: its copy replaces the caller's. @returns false if the status has changed already */
  created(operation: Operation): boolean {
    // another caller may have found the attempt in the store and cancelled it
    if (this.status !== 'pending') return false;
    this.record = operation;
    return true;
  }

  /** Replaces the record after a change of the status in the store. */
  adopt(operation: Operation): void {
    // answers of the store may overtake each other: an ended operation stays ended
    if (isTerminalStatus(this.status) || operation.status === this.status) return;
    this.record = operation;
    this.parts.onStatus();
  }

  /** @returns whether this call changed the status */
  async transition(from: readonly OperationStatus[], change: StatusChange): Promise<boolean> {
    const { operation, changed } = await this.parts.store.transition(
      this.operationId,
      this.epoch,
      from,
      change,
    );
    this.adopt(operation);
    return changed;
  }

  /** @returns whether the store has it now */
  saveProgress(saved: SavedProgress): Promise<boolean> {
    return this.parts.store.saveProgress(this.operationId, this.epoch, saved);
  }

  /** The records of this and earlier attempts. */
  async loadRecords(): Promise<OperationRecords> {
    const { store } = this.parts;
    return {
      points: await store.metrics(this.operationId),
      phases: await store.phases(this.operationId),
    };
  }

  /** @returns whether the store has it now */
  saveRecords(change: RecordsChange): Promise<boolean> {
    return this.parts.store.saveRecords(this.operationId, this.epoch, change);
  }

  /** Renews the lease. @returns whether this process still owns the operation */
  async renew(): Promise<boolean> {
    const { store, lease } = this.parts;
    return (await store.renew(lease, new Map([[this.operationId, this.epoch]]))).length > 0;
  }

  /** Ends the lease: any process may take the operation over. */
  release(): Promise<void> {
    return this.parts.store.release(this.operationId, this.epoch);
  }
}
