import type { Operation, TimelinePhase } from '@ktrdr/contracts';
import { changeStatus, historyEntry, operationNotFound, type StatusChange } from '@ktrdr/orchestrator';
import type { ChangedRow } from './changed-rows.js';
import type { ProgressWrite, RecordsWrite, TransitionWrite, WriteResult } from './operation-write.js';
import type { HistoryRow } from './sql-history.js';
import { changingColumns, fromJson, historyRow, storedOperation, toJson } from './stored-row.js';

export type Settled = PromiseSettledResult<WriteResult>;

/** Applies writes to rows in memory, in their order. One statement then writes many rows. */
export class ChangedOperations {
  /** Ids of rows with a changed status, and of rows with only changed progress. */
  readonly moved = new Set<string>();
  readonly progressed = new Set<string>();
  readonly phases = new Map<string, readonly TimelinePhase[]>();
  readonly history: HistoryRow[] = [];

  constructor(
    private readonly rows: ReadonlyMap<string, ChangedRow>,
    private readonly durable: boolean,
  ) {}

  rowsOf(ids: ReadonlySet<string>): ChangedRow[] {
    return [...ids].map((id) => this.rows.get(id)!);
  }

  /** True if the writer owns the operation, and it has not ended. */
  isOwned({ id, epoch }: ProgressWrite | RecordsWrite): boolean {
    const row = this.rows.get(id);
    return row?.epoch === epoch && row.completed_at === null;
  }

  transition({ id, epoch, from, change, lease }: TransitionWrite): Settled {
    const row = this.rows.get(id);
    if (row === undefined) return rejected(operationNotFound(id));
    const stored = storedOperation(row);
    if (row.epoch !== epoch || !from.includes(row.status)) return fulfilled({ ...stored, changed: false });
    let operation: Operation;
    try {
      operation = changeStatus(stored.operation, copyOf(change));
    } catch (error) {
      return rejected(error);
    }
    Object.assign(row, changingColumns(operation));
    if (change.to === 'pending') row.cancel_forced = 0;
    if (lease !== undefined)
      Object.assign(row, { owner: lease.owner, epoch: row.epoch + 1, lease_ms: Math.ceil(lease.ms) });
    this.progressed.delete(id);
    this.moved.add(id);
    this.history.push(historyRow(id, historyEntry(operation, change)));
    const { owner, cancel_forced } = row;
    // read from JSON text, so it equals the stored value
    return fulfilled({
      operation,
      epoch: row.epoch,
      owner,
      cancelForced: cancel_forced === 1,
      changed: true,
    });
  }

  /** The writer must own the operation. */
  saveProgress({ id, saved }: ProgressWrite): Settled {
    const row = this.rows.get(id)!;
    const resumable = Number(saved.resumable);
    if (!this.durable && row.resumable !== resumable) return fulfilled('not durable');
    Object.assign(row, {
      progress_json: toJson(saved.progress),
      warnings_json: toJson(saved.warnings),
      resumable,
    });
    if (!this.moved.has(id)) this.progressed.add(id);
    return fulfilled(true);
  }

  /** The rows are written. */
  clear(): void {
    for (const row of this.rowsOf(this.moved)) row.lease_ms = null;
    this.moved.clear();
    this.progressed.clear();
    this.phases.clear();
    this.history.length = 0;
  }
}

export function fulfilled(value: WriteResult): Settled {
  return { status: 'fulfilled', value };
}

function rejected(reason: unknown): Settled {
  return { status: 'rejected', reason };
}

/** A copy after a round trip through JSON, so that the response equals the stored value. */
function copyOf(change: StatusChange): StatusChange {
  return fromJson<StatusChange>(toJson(change));
}
