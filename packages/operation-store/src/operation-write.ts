import type { OperationStatus } from '@ktrdr/contracts';
import type {
  Lease,
  NewOperation,
  RecordsChange,
  SavedProgress,
  StatusChange,
  Written,
} from '@ktrdr/orchestrator';
import type { Inserted } from './insert-operations.js';

/** A change of the status. See `OperationStore.transition`. */
export interface TransitionWrite {
  kind: 'transition';
  id: string;
  epoch: number;
  from: readonly OperationStatus[];
  change: StatusChange;
  lease?: Lease;
}

/** New progress. See `OperationStore.saveProgress`. */
export interface ProgressWrite {
  kind: 'progress';
  id: string;
  epoch: number;
  saved: SavedProgress;
  /** Wait for the disk even if `resumable` stays the same. */
  durable: boolean;
}

/** New points and phases. See `OperationStore.saveRecords`. */
export interface RecordsWrite {
  kind: 'records';
  id: string;
  epoch: number;
  records: RecordsChange;
}

/** A change of one operation. It can share a transaction with changes of others. */
export type OperationWrite =
  | { kind: 'create'; created: NewOperation }
  | TransitionWrite
  | ProgressWrite
  | RecordsWrite;

/** Whether progress was written; `not durable`: nothing was, because `resumable` changes and the group does not wait for the disk. */
export type ProgressWritten = boolean | 'not durable';

export type WriteResult = Inserted | Written | ProgressWritten;
