import type { OperationHistoryEntry, OperationStatus } from '@ktrdr/contracts';
import {
  changeStatus,
  historyEntry,
  operationExists,
  operationNotFound,
  takeOverEntry,
  tooManyWaiting,
  type Lease,
  type NewOperation,
  type OperationPage,
  type OperationQuery,
  type OperationStore,
  type SavedProgress,
  type StatusChange,
  type StoredOperation,
  type TakenOver,
  type Written,
} from '@ktrdr/orchestrator';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { AuditLog } from './audit-log.js';
import { GroupedWrites } from './grouped-writes.js';
import { InsertOperations } from './insert-operations.js';
import { listQuery } from './list-query.js';
import { ReadCache } from './read-cache.js';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { SqlAuditLog } from './sql-audit-log.js';
import { SqlTokenStore } from './sql-token-store.js';
import { SqlTrialLedger } from './sql-trial-ledger.js';
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

/** `lease_expires_at` of a released lease. */
const RELEASED = 0;
/** Attempts to create an operation that is removed concurrently. */
const CREATE_TRIES = 3;
/** Number of leases renewed by one statement. */
const LEASES_PER_STATEMENT = 1_000;

/** Stores operations in a database. They survive the process, and several processes can share them. */
export class SqlOperationStore implements OperationStore {
  // in the same database
  readonly trials: TrialLedger;
  readonly tokens: TokenStore;
  readonly audit: AuditLog;
  private readonly access: StoreAccess;
  private readonly cache: ReadCache;
  private readonly listeners = new Set<(operationId: string) => void>();
  /** A commit waits for the disk, so operations that are created at the same time share one. */
  private readonly creations = new GroupedWrites((all: readonly NewOperation[]) =>
    this.access.use((db) => db.transaction().execute((tx) => this.inserts.insertAll(tx, all))),
  );
  private readonly inserts: InsertOperations;

  constructor(private readonly database: SqlDatabase) {
    this.access = new StoreAccess(database);
    this.inserts = new InsertOperations(database);
    this.cache = new ReadCache(database.version);
    this.trials = new SqlTrialLedger(this.access);
    this.tokens = new SqlTokenStore(this.access);
    this.audit = new SqlAuditLog(this.access);
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
    const { status, type, limit, offset } = query;
    // no operation has an id like this
    const key = `list ${status ?? ''} ${type ?? ''} ${limit} ${offset}`;
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
          .$if(lease !== undefined, (query) => query.set(this.given(lease as Lease)))
          .where('id', '=', operationId)
          .where('epoch', '=', epoch)
          .where('status', '=', row.status)
          .returning(STORED_COLUMNS)
          .executeTakeFirstOrThrow();
        await tx
          .insertInto('operation_history')
          .values(historyRow(operationId, historyEntry(operation, change)))
          .execute();
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

  async renew(lease: Lease, operations: ReadonlyMap<string, number>): Promise<StoredOperation[]> {
    const held = [...operations];
    const rows: StoredRow[] = [];
    for (let start = 0; start < held.length; start += LEASES_PER_STATEMENT) {
      const some = held.slice(start, start + LEASES_PER_STATEMENT);
      const pairs = some.map(([id, epoch]) => sql`(${id}, cast(${epoch} as integer))`);
      const renewed = await this.access.use((db) =>
        db
          .updateTable('operations')
          .set({ lease_expires_at: this.leaseEnd(lease) })
          .where('owner', '=', lease.owner)
          .where('completed_at', 'is', null)
          .where(sql<boolean>`(id, epoch) in (values ${sql.join(pairs)})`)
          .returning(STORED_COLUMNS)
          .execute(),
      );
      rows.push(...renewed);
    }
    return rows.map(storedOperation);
  }

  async release(operationId: string, epoch: number): Promise<void> {
    await this.access.use((db) =>
      db
        .updateTable('operations')
        .set({ lease_expires_at: RELEASED })
        .where('id', '=', operationId)
        .where('epoch', '=', epoch)
        .execute(),
    );
  }

  async owners(): Promise<string[]> {
    const rows = await this.access.use((db) =>
      db
        .selectFrom('operations')
        .select('owner')
        .distinct()
        .where('completed_at', 'is', null)
        .orderBy('owner')
        .execute(),
    );
    return rows.map(({ owner }) => owner);
  }

  // one transaction, so that only one caller gets an operation (I3)
  async takeOver(lease: Lease, at: string, most: number, gone: readonly string[] = []): Promise<TakenOver[]> {
    const taken = await this.access.use((db) =>
      db.transaction().execute(async (tx) => {
        const left = await tx
          .selectFrom('operations')
          .select(['seq', 'owner', 'lease_expires_at'])
          .where('completed_at', 'is', null)
          .where((where) =>
            where.or([
              where('lease_expires_at', '<=', this.database.now),
              ...(gone.length === 0 ? [] : [where('owner', 'in', gone)]),
            ]),
          )
          .orderBy('seq')
          .limit(most)
          .$if(this.database.locksRows, (query) => query.forUpdate().skipLocked())
          .execute();
        if (left.length === 0) return [];
        const before = new Map(left.map((row) => [row.seq, row]));
        const rows = await tx
          .updateTable('operations')
          .set(this.given(lease))
          .where('seq', 'in', [...before.keys()])
          .returning([...STORED_COLUMNS, 'request_json'])
          .execute();
        const all = rows
          .sort((a, b) => a.seq - b.seq)
          .map((row) => {
            const { owner: previousOwner, lease_expires_at: leaseEnd } = before.get(row.seq)!;
            return {
              ...storedOperation(row),
              request: fromJson(row.request_json),
              previousOwner,
              lastHeardAt: leaseEnd === RELEASED ? null : new Date(leaseEnd - lease.ms).toISOString(),
            };
          });
        const lines = all.map(({ operation, previousOwner }) =>
          historyRow(operation.operation_id, takeOverEntry(operation, at, previousOwner)),
        );
        await tx.insertInto('operation_history').values(lines).execute();
        return all;
      }),
    );
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
    this.cache.clear();
    return removed.map(({ id }) => id);
  }

  onWrite(listener: (operationId: string) => void): () => void {
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

  private given(lease: Lease) {
    return {
      owner: lease.owner,
      epoch: sql<number>`epoch + 1`,
      lease_expires_at: this.leaseEnd(lease),
    };
  }

  private leaseEnd({ ms }: Lease): RawBuilder<number> {
    return sql<number>`${this.database.now} + cast(${Math.ceil(ms)} as integer)`;
  }

  private wrote(operationId: string): void {
    this.cache.clear();
    this.database.tell(operationId);
    this.hear(operationId);
  }

  private hear(operationId: string): void {
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
