import { takeOverEntry, type Lease, type StoredOperation, type TakenOver } from '@ktrdr/orchestrator';
import { sql, type RawBuilder } from 'kysely';
import { ROW_VERSION } from './changed-rows.js';
import type { KnownRows } from './known-rows.js';
import type { SqlDatabase } from './sql-database.js';
import type { StoreAccess } from './store-access.js';
import { STORED_COLUMNS, fromJson, historyRow, storedOperation, type StoredRow } from './stored-row.js';

/** `lease_expires_at` of a released lease. */
const RELEASED = 0;
/** Number of leases renewed by one statement. */
const LEASES_PER_STATEMENT = 1_000;

/** The owners of operations, and how long they may be silent. */
export class SqlLeases {
  private readonly database: SqlDatabase;

  constructor(
    private readonly access: StoreAccess,
    private readonly known: KnownRows,
  ) {
    this.database = access.database;
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
          .where('seq', 'in', (from) =>
            from
              .selectFrom('operations')
              .select('seq')
              .where('owner', '=', lease.owner)
              .where('completed_at', 'is', null)
              .where(sql<boolean>`(id, epoch) in (values ${sql.join(pairs)})`)
              // locks in the same order as groups of writes, so that neither waits for the other
              .orderBy('id')
              .$if(this.database.locksRows, (query) => query.forUpdate()),
          )
          .returning(STORED_COLUMNS)
          .$if(this.database.quick !== null, (query) => query.returning(ROW_VERSION.as('version')))
          .execute(),
      );
      this.known.renewed(renewed);
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

  /** See `OperationStore.takeOver`. One transaction, so that only one caller gets an operation (I3). */
  async takeOver(lease: Lease, at: string, most: number, gone: readonly string[]): Promise<TakenOver[]> {
    return this.access.use((db) =>
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
  }

  /** What an operation's new owner changes. */
  given(lease: Lease) {
    return {
      owner: lease.owner,
      epoch: sql<number>`epoch + 1`,
      lease_expires_at: this.leaseEnd(lease),
    };
  }

  private leaseEnd({ ms }: Lease): RawBuilder<number> {
    return sql<number>`${this.database.now} + cast(${Math.ceil(ms)} as integer)`;
  }
}
