import type { NewOperation, StoredOperation } from '@ktrdr/orchestrator';
import { CompiledQuery, sql, type Compilable, type Insertable, type Kysely } from 'kysely';
import type { OperationHistoryTable, OperationsTable, Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { changingColumns, fixedColumns, historyRow, storedOperation, toJson } from './stored-row.js';

type OperationRow = Omit<Insertable<OperationsTable>, 'seq' | 'lease_expires_at'> & { lease_ms: number };
type HistoryRow = Omit<Insertable<OperationHistoryTable>, 'seq'>;

/** What became of an operation: created; `exists` for a known id or task id; `full` above `mostPending`. */
export type Inserted = StoredOperation | 'exists' | 'full';

/** Inserts operations, with the first line of their histories. */
export class InsertOperations {
  private readonly operations: RowInsert<OperationRow>;
  private readonly history: RowInsert<HistoryRow>;

  constructor({ db, now }: Pick<SqlDatabase, 'db' | 'now'>) {
    this.operations = new RowInsert(OPERATION_COLUMNS, ({ lease_ms, ...row }) =>
      db
        .insertInto('operations')
        .values({ ...row, lease_expires_at: sql<number>`${now} + cast(${lease_ms} as integer)` })
        .onConflict((conflict) => conflict.doNothing()),
    );
    this.history = new RowInsert(HISTORY_COLUMNS, (row) => db.insertInto('operation_history').values(row));
  }

  /** Inserts all in the transaction. The results are in the order of the operations. */
  async insertAll(tx: Kysely<Schema>, all: readonly NewOperation[]): Promise<Inserted[]> {
    const pending = new Map<string, number>();
    const results: Inserted[] = [];
    for (const created of all) {
      const { operation_type: type } = created.operation;
      if (created.mostPending !== undefined) {
        const waiting = pending.get(type) ?? (await countPending(tx, type));
        pending.set(type, waiting);
        if (waiting >= created.mostPending) {
          results.push('full');
          continue;
        }
      }
      const inserted = await this.insert(tx, created);
      const counted = pending.get(type);
      if (inserted !== 'exists' && counted !== undefined) pending.set(type, counted + 1);
      results.push(inserted);
    }
    return results;
  }

  private async insert(
    tx: Kysely<Schema>,
    { operation, request, taskId, lease }: NewOperation,
  ): Promise<StoredOperation | 'exists'> {
    const { attempt, status, created_at, operation_id } = operation;
    const row = {
      ...fixedColumns(operation),
      ...changingColumns(operation),
      epoch: 1,
      owner: lease.owner,
      cancel_forced: 0,
    };
    const others = {
      lease_ms: Math.ceil(lease.ms),
      task_id: taskId ?? null,
      request_json: toJson(request),
    };
    if (!(await this.operations.run(tx, { ...row, ...others }))) return 'exists';
    await this.history.run(tx, historyRow(operation_id, { at: created_at, attempt, status, cause: null }));
    // lists alone show `seq`
    return storedOperation({ ...row, seq: 0 });
  }
}

const OPERATION_COLUMNS: readonly (keyof OperationRow)[] = [
  'id',
  'type',
  'status',
  'attempt',
  'epoch',
  'owner',
  'lease_ms',
  'cancel_forced',
  'resumable',
  'task_id',
  'created_at',
  'started_at',
  'completed_at',
  'cancel_requested_at',
  'cancel_reason_json',
  'progress_json',
  'metadata_json',
  'warnings_json',
  'error_json',
  'result_json',
  'request_json',
  'search_text',
];
const HISTORY_COLUMNS: readonly (keyof HistoryRow)[] = [
  'operation_id',
  'at',
  'attempt',
  'status',
  'cause_json',
];

/** An insert of one row whose text is built once: building it takes longer than running it. */
class RowInsert<TRow extends object> {
  private readonly text: string;
  /** The column of each parameter. */
  private readonly order: readonly (keyof TRow)[];

  /** @param build makes the statement. Here its values are the names of their columns */
  constructor(columns: readonly (keyof TRow)[], build: (row: TRow) => Compilable) {
    const names = Object.fromEntries(columns.map((name) => [name, name])) as TRow;
    const { sql: text, parameters } = build(names).compile();
    this.text = text;
    this.order = parameters as (keyof TRow)[];
  }

  /** @returns false if the row exists already */
  async run(tx: Kysely<Schema>, row: TRow): Promise<boolean> {
    const values = this.order.map((name) => row[name]);
    const { numAffectedRows = 0n } = await tx.executeQuery(CompiledQuery.raw(this.text, values));
    return numAffectedRows > 0n;
  }
}

async function countPending(tx: Kysely<Schema>, type: string): Promise<number> {
  const { pending } = await tx
    .selectFrom('operation_counts')
    .select(sql<number>`cast(coalesce(sum(count), 0) as integer)`.as('pending'))
    .where('type', '=', type)
    .where('status', '=', 'pending')
    .executeTakeFirstOrThrow();
  return pending;
}
