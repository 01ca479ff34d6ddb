import type { Operation, TimelinePhase } from '@ktrdr/contracts';
import { changeStatus, historyEntry, operationNotFound, type StatusChange } from '@ktrdr/orchestrator';
import type { Kysely } from 'kysely';
import { lockRows, updateProgress, updateStatus, type ChangedRow } from './changed-rows.js';
import { insertOperations } from './insert-operations.js';
import type {
  OperationWrite,
  ProgressWrite,
  RecordsWrite,
  TransitionWrite,
  WriteResult,
} from './operation-write.js';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { insertHistory, type HistoryRow } from './sql-history.js';
import { changeMetrics, removeMetrics, replacePhases } from './sql-records.js';
import type { StoreAccess } from './store-access.js';
import { changingColumns, fromJson, historyRow, storedOperation, toJson } from './stored-row.js';

type Settled = PromiseSettledResult<WriteResult>;

/** Outcome of a group: the result of each write, and the operations that have changed. */
interface WrittenGroup {
  results: Settled[];
  changed: ReadonlySet<string>;
}

/**
 * Writes a group in one transaction. A write that the state of its operation does not allow is rejected, and the others are written.
 * An error of the database rolls all of them back.
 *
 * @throws KtrdrError `store_unavailable`; other errors of the database
 */
export function writeGroup(access: StoreAccess, writes: readonly OperationWrite[]): Promise<WrittenGroup> {
  const { database } = access;
  const durable = writes.some(waitsForDisk);
  return access.use((db) => {
    const write = (tx: Kysely<Schema>) => writeAll(tx, database, writes, durable);
    return durable ? db.transaction().execute(write) : database.relaxed(write);
  });
}

function waitsForDisk(write: OperationWrite): boolean {
  return write.kind === 'progress' ? write.durable : write.kind !== 'records';
}

async function writeAll(
  tx: Kysely<Schema>,
  database: SqlDatabase,
  writes: readonly OperationWrite[],
  durable: boolean,
): Promise<WrittenGroup> {
  const ids = writes.flatMap((write) => (write.kind === 'create' ? [] : [write.id]));
  const created = writes.flatMap((write) => (write.kind === 'create' ? [write.created] : []));
  const group = new WriteGroup(tx, database, await lockRows(tx, database, new Set(ids)), durable);
  const inserted = (await insertOperations(tx, database, created)).values();
  const results: Settled[] = [];
  for (const write of writes) {
    if (write.kind !== 'create') {
      results.push(await group.apply(write));
      continue;
    }
    const value = inserted.next().value!;
    if (typeof value === 'object') group.changed.add(value.operation.operation_id);
    results.push({ status: 'fulfilled', value });
  }
  await group.flush();
  return { results, changed: group.changed };
}

/** Applies writes to rows in memory, in their order. One statement then writes many rows. */
class WriteGroup {
  readonly changed = new Set<string>();
  /** Ids of the rows that are not written yet. */
  private readonly moved = new Set<string>();
  private readonly progressed = new Set<string>();
  private readonly phases = new Map<string, readonly TimelinePhase[]>();
  private history: HistoryRow[] = [];

  constructor(
    private readonly tx: Kysely<Schema>,
    private readonly database: SqlDatabase,
    private readonly rows: Map<string, ChangedRow>,
    private readonly durable: boolean,
  ) {}

  async apply(write: Exclude<OperationWrite, { kind: 'create' }>): Promise<Settled> {
    if (write.kind === 'transition') return this.transition(write);
    const row = this.rows.get(write.id);
    const isOwned = row?.epoch === write.epoch && row.completed_at === null;
    if (!isOwned) return fulfilled(false);
    return write.kind === 'progress' ? this.saveProgress(row, write) : this.saveRecords(write);
  }

  /** Writes what was applied. */
  async flush(): Promise<void> {
    const { tx, database } = this;
    const rowsOf = (ids: ReadonlySet<string>) => [...ids].map((id) => this.rows.get(id)!);
    await updateProgress(tx, database, rowsOf(this.progressed));
    await updateStatus(tx, database, rowsOf(this.moved));
    await insertHistory(tx, database, this.history);
    await replacePhases(tx, database, this.phases);
    for (const id of this.moved) Object.assign(this.rows.get(id)!, { lease_ms: null });
    this.moved.clear();
    this.progressed.clear();
    this.phases.clear();
    this.history = [];
  }

  private async transition({ id, epoch, from, change, lease }: TransitionWrite): Promise<Settled> {
    // the rules of the database check each change of the status
    if (this.moved.has(id)) await this.flush();
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
    this.changed.add(id);
    this.history.push(historyRow(id, historyEntry(operation, change)));
    if (change.to === 'pending' && change.from === 'beginning') await removeMetrics(this.tx, id);
    const { owner, cancel_forced } = row;
    // all of it was read from JSON text, so it equals what is stored
    return fulfilled({
      operation,
      epoch: row.epoch,
      owner,
      cancelForced: cancel_forced === 1,
      changed: true,
    });
  }

  private saveProgress(row: ChangedRow, { saved }: ProgressWrite): Settled {
    const resumable = Number(saved.resumable);
    if (!this.durable && row.resumable !== resumable) return fulfilled('not durable');
    Object.assign(row, {
      progress_json: toJson(saved.progress),
      warnings_json: toJson(saved.warnings),
      resumable,
    });
    if (!this.moved.has(row.id)) this.progressed.add(row.id);
    this.changed.add(row.id);
    return fulfilled(true);
  }

  private async saveRecords({ id, records: { metrics, phases } }: RecordsWrite): Promise<Settled> {
    if (metrics !== null) await changeMetrics(this.tx, id, metrics);
    if (phases !== null) this.phases.set(id, phases);
    return fulfilled(true);
  }
}

function fulfilled(value: WriteResult): Settled {
  return { status: 'fulfilled', value };
}

function rejected(reason: unknown): Settled {
  return { status: 'rejected', reason };
}

/** A copy after a round trip through JSON, so that the response equals what is stored. */
function copyOf(change: StatusChange): StatusChange {
  return fromJson<StatusChange>(toJson(change));
}
