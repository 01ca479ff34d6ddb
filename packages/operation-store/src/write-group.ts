import type { Kysely } from 'kysely';
import { ChangedOperations, fulfilled, type Settled } from './changed-operations.js';
import { lockRows, readVersions, updateProgress, updateStatus, type ChangedRow } from './changed-rows.js';
import { insertOperations } from './insert-operations.js';
import type { KnownRows } from './known-rows.js';
import type { OperationWrite, RecordsWrite, TransitionWrite } from './operation-write.js';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { insertHistory } from './sql-history.js';
import { changeMetrics, removeMetrics, replacePhases } from './sql-records.js';
import type { StoreAccess } from './store-access.js';

/** Outcome of a group: the result of each write, and the operations that have changed. */
interface WrittenGroup {
  results: Settled[];
  changed: ReadonlySet<string>;
}

/**
 * Writes a group in one transaction. A write that the state of its operation does not allow is rejected, and the others are written.
 * An error of the database rolls all of them back.
 *
 * @param known gets the rows
 * @throws KtrdrError `store_unavailable`; other errors of the database
 */
export async function writeGroup(
  access: StoreAccess,
  writes: readonly OperationWrite[],
  known: KnownRows,
): Promise<WrittenGroup> {
  const { database } = access;
  const durable = writes.some(waitsForDisk);
  const { group, results, versions } = await access.use((db) => {
    const write = (tx: Kysely<Schema>) => writeAll(tx, database, writes, durable);
    if (!durable) return database.relaxed(write);
    // readers must not see a status before its owner has announced it: for the owner's readers it would go back
    const isNew = writes.every(({ kind }) => kind === 'create');
    return isNew ? database.seenEarly(write) : db.transaction().execute(write);
  });
  for (const [id, row] of group.rows) known.set(row, versions.get(id));
  return { results, changed: group.changed };
}

/** True if the write is acknowledged when it is on the disk. */
export function waitsForDisk(write: OperationWrite): boolean {
  return write.kind === 'progress' ? write.durable : write.kind !== 'records';
}

async function writeAll(
  tx: Kysely<Schema>,
  database: SqlDatabase,
  writes: readonly OperationWrite[],
  durable: boolean,
) {
  const ids = new Set(writes.flatMap((write) => (write.kind === 'create' ? [] : [write.id])));
  const created = writes.flatMap((write) => (write.kind === 'create' ? [write.created] : []));
  const group = new WriteGroup(tx, database, await lockRows(tx, database, ids), durable);
  const inserted = (await insertOperations(tx, database, created)).values();
  const results: Settled[] = [];
  for (const write of writes) {
    if (write.kind !== 'create') {
      results.push(await group.apply(write));
      continue;
    }
    const value = inserted.next().value!;
    if (typeof value === 'object') group.changed.add(value.operation.operation_id);
    results.push(fulfilled(value));
  }
  await group.flush();
  return { group, results, versions: await readVersions(tx, database, ids) };
}

class WriteGroup {
  readonly changed = new Set<string>();
  private readonly changes: ChangedOperations;

  constructor(
    private readonly tx: Kysely<Schema>,
    private readonly database: SqlDatabase,
    readonly rows: ReadonlyMap<string, ChangedRow>,
    durable: boolean,
  ) {
    this.changes = new ChangedOperations(rows, durable);
  }

  async apply(write: Exclude<OperationWrite, { kind: 'create' }>): Promise<Settled> {
    if (write.kind === 'transition') return this.transition(write);
    if (!this.changes.isOwned(write)) return fulfilled(false);
    if (write.kind === 'records') return this.saveRecords(write);
    const settled = this.changes.saveProgress(write);
    if (this.changes.progressed.has(write.id)) this.changed.add(write.id);
    return settled;
  }

  /** Writes what was applied. */
  async flush(): Promise<void> {
    const { tx, database, changes } = this;
    await updateProgress(tx, database, changes.rowsOf(changes.progressed));
    await updateStatus(tx, database, changes.rowsOf(changes.moved));
    await insertHistory(tx, database, changes.history);
    await replacePhases(tx, database, changes.phases);
    changes.clear();
  }

  private async transition(write: TransitionWrite): Promise<Settled> {
    const { changes, tx } = this;
    const { id, change } = write;
    // the rules of the database check each change of the status
    if (changes.moved.has(id)) await this.flush();
    const settled = changes.transition(write);
    if (!changes.moved.has(id)) return settled;
    this.changed.add(id);
    if (change.to === 'pending' && change.from === 'beginning') await removeMetrics(tx, id);
    return settled;
  }

  private async saveRecords({ id, records: { metrics, phases } }: RecordsWrite): Promise<Settled> {
    if (metrics !== null) await changeMetrics(this.tx, id, metrics);
    if (phases !== null) this.changes.phases.set(id, phases);
    return fulfilled(true);
  }
}
