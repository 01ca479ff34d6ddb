import type { MetricPoint, OperationHistoryEntry, OperationStatus, TimelinePhase } from '@ktrdr/contracts';
import {
  changeStatus,
  historyEntry,
  operationExists,
  operationNotFound,
  tooManyWaiting,
  type Lease,
  type NewOperation,
  type OperationPage,
  type OperationQuery,
  type OperationStore,
  type RecordsChange,
  type SavedProgress,
  type StatusChange,
  type StoredOperation,
  type TakenOver,
  type Written,
} from '@ktrdr/orchestrator';
import { type Kysely } from 'kysely';
import type { AuditLog } from './audit-log.js';
import { GroupedWrites } from './grouped-writes.js';
import { InsertOperations } from './insert-operations.js';
import { listQuery } from './list-query.js';
import { ReadCache } from './read-cache.js';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { SqlAuditLog } from './sql-audit-log.js';
import { SqlLeases } from './sql-leases.js';
import { removeMetrics, SqlRecords } from './sql-records.js';
import { SqlTokenStore } from './sql-token-store.js';
import { SqlTrialLedger } from './sql-trial-ledger.js';
import { SqlWebhookStore } from './sql-webhook-store.js';
import { StoreAccess } from './store-access.js';
import { storeUnavailable } from './store-errors.js';
import {
  STORED_COLUMNS,
  changingColumns,
  fromJson,
  historyEntryOf,
  historyRow,
  storedOperation,
  summaryOf,
  toJson,
  type StoredRow,
} from './stored-row.js';
import { canBeStored } from './stored-text.js';
import type { TokenStore } from './token-store.js';
import type { TrialLedger } from './trial-ledger.js';
import type { WebhookStore } from './webhook-store.js';

/** Attempts to create an operation that is removed concurrently. */
const CREATE_TRIES = 3;

/** Stores operations in a database. They survive the process, and several processes can share them. */
export class SqlOperationStore implements OperationStore {
  // in the same database
  readonly trials: TrialLedger;
  readonly tokens: TokenStore;
  readonly audit: AuditLog;
  readonly webhooks: WebhookStore;
  private readonly access: StoreAccess;
  private readonly cache: ReadCache;
  private readonly listeners = new Set<(operationId: string | null) => void>();
  /** A commit waits for the disk, so operations that are created at the same time share one. */
  private readonly creations = new GroupedWrites((all: readonly NewOperation[]) =>
    this.access.use((db) => db.transaction().execute((tx) => this.inserts.insertAll(tx, all))),
  );
  private readonly inserts: InsertOperations;
  private readonly leases: SqlLeases;
  private readonly records: SqlRecords;

  constructor(private readonly database: SqlDatabase) {
    this.access = new StoreAccess(database);
    this.inserts = new InsertOperations(database);
    this.leases = new SqlLeases(this.access);
    this.records = new SqlRecords(this.access);
    this.cache = new ReadCache(database.version);
    this.trials = new SqlTrialLedger(this.access);
    this.tokens = new SqlTokenStore(this.access);
    this.audit = new SqlAuditLog(this.access);
    this.webhooks = new SqlWebhookStore(this.access);
    database.onRemoteWrite((id) => this.hear(id));
  }

  async create(created: NewOperation): Promise<Written> {
    const id = created.operation.operation_id;
    for (let attempt = 0; attempt < CREATE_TRIES; attempt++) {
      const inserted = await this.creations.add(created);
      if (typeof inserted === 'object') {
        this.wrote(id);
        return { ...inserted, changed: true };
      }
      const known = await this.access.use((db) => findTask(db, created.taskId));
      if (known !== undefined) return { ...storedOperation(known), changed: false };
      if (inserted === 'full')
        throw tooManyWaiting(created.operation.operation_type, created.mostPending ?? 0);
      if ((await this.access.use((db) => find(db, id))) !== undefined) throw operationExists(id);
    }
    throw storeUnavailable(`Operation ${id} was removed concurrently each time it was created. Try again.`);
  }

  async get(operationId: string): Promise<StoredOperation | null> {
    if (!canBeStored(operationId)) return null;
    return this.access.use((db) =>
      this.cache.read(operationId, async () => {
        const row = await find(db, operationId);
        return row === undefined ? null : storedOperation(row);
      }),
    );
  }

  async getRequest(operationId: string): Promise<unknown> {
    const row = await this.access.use((db) =>
      db.selectFrom('operations').select('request_json').where('id', '=', operationId).executeTakeFirst(),
    );
    if (row === undefined) throw operationNotFound(operationId);
    return fromJson(row.request_json);
  }

  async history(operationId: string): Promise<OperationHistoryEntry[]> {
    if (!canBeStored(operationId)) return [];
    const rows = await this.access.use((db) =>
      db
        .selectFrom('operation_history')
        .selectAll()
        .where('operation_id', '=', operationId)
        .orderBy('seq')
        .execute(),
    );
    return rows.map(historyEntryOf);
  }

  async list(query: OperationQuery): Promise<OperationPage> {
    // no operation has an id like this
    const key = `list ${JSON.stringify(query)}`;
    const page = await this.access.use((db) => this.cache.read(key, () => this.readPage(db, query)));
    return page as OperationPage;
  }

  async transition(
    operationId: string,
    epoch: number,
    from: readonly OperationStatus[],
    change: StatusChange,
    lease?: Lease,
  ): Promise<Written> {
    const written = await this.access.use((db) =>
      db.transaction().execute(async (tx) => {
        const row = await this.findToWrite(tx, operationId);
        if (row === undefined) throw operationNotFound(operationId);
        const stored = storedOperation(row);
        if (row.epoch !== epoch || !from.includes(row.status)) return { ...stored, changed: false };
        const operation = changeStatus(stored.operation, copyOf(change));
        const changed = await tx
          .updateTable('operations')
          .set(changingColumns(operation))
          .$if(change.to === 'pending', (query) => query.set({ cancel_forced: 0 }))
          .$if(lease !== undefined, (query) => query.set(this.leases.given(lease as Lease)))
          .where('id', '=', operationId)
          .where('epoch', '=', epoch)
          .where('status', '=', row.status)
          .returning(STORED_COLUMNS)
          .executeTakeFirstOrThrow();
        await tx
          .insertInto('operation_history')
          .values(historyRow(operationId, historyEntry(operation, change)))
          .execute();
        if (change.to === 'pending' && change.from === 'beginning') await removeMetrics(tx, operationId);
        return { ...storedOperation(changed), changed: true };
      }),
    );
    if (written.changed) this.wrote(operationId);
    return written;
  }

  async forceCancel(operationId: string, epoch: number): Promise<void> {
    const { numUpdatedRows } = await this.access.use((db) =>
      db
        .updateTable('operations')
        .set({ cancel_forced: 1 })
        .where('id', '=', operationId)
        .where('epoch', '=', epoch)
        .where('status', '=', 'cancelling')
        .executeTakeFirst(),
    );
    if (numUpdatedRows > 0n) this.wrote(operationId);
  }

  async saveProgress(operationId: string, epoch: number, saved: SavedProgress): Promise<boolean> {
    const resumable = Number(saved.resumable);
    const save = (db: Kysely<Schema>) =>
      db
        .updateTable('operations')
        .set({ progress_json: toJson(saved.progress), warnings_json: toJson(saved.warnings), resumable })
        .where('id', '=', operationId)
        .where('epoch', '=', epoch)
        .where('completed_at', 'is', null);
    const written = await this.access.use(async (db) => {
      const relaxed = await this.database.relaxed((alone) =>
        save(alone).where('resumable', '=', resumable).executeTakeFirst(),
      );
      if (relaxed.numUpdatedRows > 0n) return true;
      // the fact that a training can be resumed must survive a power failure
      return (await save(db).executeTakeFirst()).numUpdatedRows > 0n;
    });
    if (written) this.wrote(operationId);
    return written;
  }

  saveRecords(operationId: string, epoch: number, change: RecordsChange): Promise<boolean> {
    return this.records.save(operationId, epoch, change);
  }

  metrics(operationId: string): Promise<MetricPoint[]> {
    return this.records.metrics(operationId);
  }

  phases(operationId: string): Promise<TimelinePhase[]> {
    return this.records.phases(operationId);
  }

  renew(lease: Lease, operations: ReadonlyMap<string, number>): Promise<StoredOperation[]> {
    return this.leases.renew(lease, operations);
  }

  release(operationId: string, epoch: number): Promise<void> {
    return this.leases.release(operationId, epoch);
  }

  owners(): Promise<string[]> {
    return this.leases.owners();
  }

  async takeOver(lease: Lease, at: string, most: number, gone: readonly string[] = []): Promise<TakenOver[]> {
    const taken = await this.leases.takeOver(lease, at, most, gone);
    for (const { operation } of taken) this.wrote(operation.operation_id);
    return taken;
  }

  async removeEnded(before: string, most: number): Promise<string[]> {
    const removed = await this.access.use((db) =>
      db.transaction().execute(async (tx) => {
        const ended = await tx
          .selectFrom('operations')
          .select('seq')
          .where('completed_at', '<', before)
          .orderBy('completed_at')
          .limit(most)
          .$if(this.database.locksRows, (query) => query.forUpdate().skipLocked())
          .execute();
        if (ended.length === 0) return [];
        const seqs = ended.map(({ seq }) => seq);
        return tx.deleteFrom('operations').where('seq', 'in', seqs).returning('id').execute();
      }),
    );
    const ids = removed.map(({ id }) => id);
    for (const id of ids) this.wrote(id);
    return ids;
  }

  onWrite(listener: (operationId: string | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async check(): Promise<void> {
    await this.access.use((db) => db.selectFrom('operations').select('seq').limit(1).execute());
    await this.database.assertSound();
  }

  /** Closes the connections. The store is not usable afterwards. */
  close(): Promise<void> {
    return this.access.close();
  }

  private async readPage(db: Kysely<Schema>, query: OperationQuery): Promise<OperationPage> {
    const statement = listQuery(query).compile(db);
    const rows =
      query.offset === 0 ? await this.database.prepared(statement) : (await db.executeQuery(statement)).rows;
    return {
      operations: rows.flatMap((row) => (row.seq === null ? [] : [summaryOf(row)])),
      total_count: rows[0]?.total_count ?? 0,
      active_count: rows[0]?.active_count ?? 0,
    };
  }

  private findToWrite(tx: Kysely<Schema>, operationId: string) {
    return tx
      .selectFrom('operations')
      .select(STORED_COLUMNS)
      .where('id', '=', operationId)
      .$if(this.database.locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
  }

  private wrote(operationId: string): void {
    this.cache.clear();
    this.database.tell(operationId);
    this.hear(operationId);
  }

  private hear(operationId: string | null): void {
    for (const listener of this.listeners) listener(operationId);
  }
}

function find(db: Kysely<Schema>, operationId: string): Promise<StoredRow | undefined> {
  return db.selectFrom('operations').select(STORED_COLUMNS).where('id', '=', operationId).executeTakeFirst();
}

async function findTask(db: Kysely<Schema>, taskId: string | undefined): Promise<StoredRow | undefined> {
  if (taskId === undefined) return undefined;
  return db.selectFrom('operations').select(STORED_COLUMNS).where('task_id', '=', taskId).executeTakeFirst();
}

/** A copy after a round trip through JSON, so that the response equals what is stored. */
function copyOf(change: StatusChange): StatusChange {
  return fromJson<StatusChange>(toJson(change));
}
