import type { MetricPoint, OperationHistoryEntry, OperationStatus, TimelinePhase } from '@ktrdr/contracts';
import {
  operationExists,
  operationNotFound,
  tooManyWaiting,
  WriteListeners,
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
import { listQuery } from './list-query.js';
import { OperationWrites } from './operation-writes.js';
import { ReadCache } from './read-cache.js';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { SqlAuditLog } from './sql-audit-log.js';
import { SqlLeases } from './sql-leases.js';
import { SqlRecords } from './sql-records.js';
import { SqlTokenStore } from './sql-token-store.js';
import { SqlTrialLedger } from './sql-trial-ledger.js';
import { SqlWebhookStore } from './sql-webhook-store.js';
import { StoreAccess } from './store-access.js';
import { storeUnavailable } from './store-errors.js';
import {
  STORED_COLUMNS,
  fromJson,
  historyEntryOf,
  storedOperation,
  summaryOf,
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
  private readonly listeners = new WriteListeners();
  private readonly writes: OperationWrites;
  private readonly leases: SqlLeases;
  private readonly records: SqlRecords;

  constructor(private readonly database: SqlDatabase) {
    this.access = new StoreAccess(database);
    this.writes = new OperationWrites(this.access, (ids) => this.wroteAll(ids));
    this.leases = new SqlLeases(this.access, this.writes.known);
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
      const inserted = await this.writes.create(created);
      if (typeof inserted === 'object') return { ...inserted, changed: true };
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
    const known = this.access.look(() => this.cache.known<StoredOperation>(operationId));
    if (known !== undefined) return known;
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
    const known = this.access.look(() => this.cache.known<OperationPage>(key));
    if (known !== undefined) return known;
    const page = await this.access.use((db) => this.cache.read(key, () => this.readPage(db, query)));
    return page as OperationPage;
  }

  transition(
    id: string,
    epoch: number,
    from: readonly OperationStatus[],
    change: StatusChange,
    lease?: Lease,
  ): Promise<Written> {
    return this.writes.transition({ id, epoch, from, change, lease });
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
    if (numUpdatedRows > 0n) this.wroteAll([operationId]);
  }

  saveProgress(id: string, epoch: number, saved: SavedProgress): Promise<boolean> {
    return this.writes.saveProgress({ id, epoch, saved });
  }

  saveRecords(id: string, epoch: number, records: RecordsChange): Promise<boolean> {
    return this.writes.saveRecords({ id, epoch, records });
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
    this.wroteAll(taken.map(({ operation }) => operation.operation_id));
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
    this.wroteAll(ids);
    return ids;
  }

  onWrite(listener: (operationId: string | null) => void): () => void {
    return this.listeners.add(listener);
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
    if (query.offset === 0) this.database.prepare(statement.sql);
    const { rows } = await db.executeQuery(statement);
    return {
      operations: rows.flatMap((row) => (row.seq === null ? [] : [summaryOf(row)])),
      total_count: rows[0]?.total_count ?? 0,
      active_count: rows[0]?.active_count ?? 0,
    };
  }

  private wroteAll(operationIds: Iterable<string>): void {
    for (const id of operationIds) {
      this.cache.clear();
      this.database.tell(id);
      this.hear(id);
    }
  }

  private hear(operationId: string | null): void {
    this.listeners.tell(operationId);
  }
}

function find(db: Kysely<Schema>, operationId: string): Promise<StoredRow | undefined> {
  return db.selectFrom('operations').select(STORED_COLUMNS).where('id', '=', operationId).executeTakeFirst();
}

async function findTask(db: Kysely<Schema>, taskId: string | undefined): Promise<StoredRow | undefined> {
  if (taskId === undefined) return undefined;
  return db.selectFrom('operations').select(STORED_COLUMNS).where('task_id', '=', taskId).executeTakeFirst();
}
