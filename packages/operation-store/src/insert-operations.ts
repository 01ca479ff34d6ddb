import type { NewOperation, StoredOperation } from '@ktrdr/orchestrator';
import { sql, type Kysely, type Selectable } from 'kysely';
import { RowsStatement } from './rows-statement.js';
import type { OperationsTable, Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { changingColumns, fixedColumns, historyRow, storedOperation, toJson } from './stored-row.js';
import type { ChangedRow } from './changed-rows.js';
import { insertHistory, type HistoryRow } from './sql-history.js';

/** A row to insert. */
export type OperationRow = Omit<Selectable<OperationsTable>, 'seq' | 'lease_expires_at'> & {
  lease_ms: number;
};

/** What became of an operation: created; `exists` for a known id or task id; `full` above `mostPending`. */
export type Inserted = StoredOperation | 'exists' | 'full';

export const INSERTED_COLUMNS = {
  id: 'text',
  type: 'text',
  status: 'text',
  attempt: 'integer',
  epoch: 'integer',
  owner: 'text',
  cancel_forced: 'integer',
  resumable: 'integer',
  task_id: 'text',
  created_at: 'text',
  started_at: 'text',
  completed_at: 'text',
  cancel_requested_at: 'text',
  cancel_reason_json: 'text',
  progress_json: 'text',
  metadata_json: 'text',
  warnings_json: 'text',
  error_json: 'text',
  result_json: 'text',
  request_json: 'text',
  search_text: 'text',
  lease_ms: 'integer',
} as const satisfies Record<keyof OperationRow, 'text' | 'integer'>;

/** Returns the ids of the rows that did not exist. */
const INSERT = new RowsStatement<OperationRow, { id: string }>(
  INSERTED_COLUMNS,
  (changes, { now }) => sql`insert into operations (${insertedNames()}, lease_expires_at)
    select ${insertedNames()}, ${now} + lease_ms from ${changes}
    where true on conflict do nothing returning id`,
);

/** The columns that a new row and the table have. */
export function insertedNames() {
  const columns = Object.keys(INSERTED_COLUMNS).filter((name) => name !== 'lease_ms');
  return sql.join(columns.map((name) => sql.ref(name)));
}

/** The number of pending operations of each type that has any. */
const COUNT_PENDING = new RowsStatement<{ type: string }, { type: string; count: number }>(
  { type: 'text' },
  (types) =>
    sql`select counts.type, cast(sum(counts.count) as integer) as count
      from ${types} join operation_counts as counts on counts.type = changes.type
      where counts.status = 'pending' group by counts.type`,
);

/**
 * Inserts operations, with the first line of their histories. The results are in the order of the operations.
 * Operations that have the same id or task id as an earlier one of the list exist already.
 */
export async function insertOperations(
  tx: Kysely<Schema>,
  database: SqlDatabase,
  all: readonly NewOperation[],
): Promise<Inserted[]> {
  if (all.length === 0) return [];
  const known = await Known.read(tx, database, all);
  const decided = all.map((created) => known.decide(created));
  const rows = decided.filter((one) => typeof one === 'object');
  const inserted = new Set((await INSERT.run(tx, database, rows)).map(({ id }) => id));
  await insertHistory(tx, database, rows.filter(({ id }) => inserted.has(id)).map(firstLine));
  return decided.map((one) => {
    if (typeof one === 'string') return one;
    // another process may have inserted it meanwhile; lists alone show `seq`
    return inserted.has(one.id) ? storedOperation({ ...one, seq: 0 }) : 'exists';
  });
}

/** The first line of its history. */
export function firstLine({ id, created_at: at, attempt, status }: OperationRow): HistoryRow {
  return historyRow(id, { at, attempt, status, cause: null });
}

/** A new row. */
export function newRow({ operation, request, taskId, lease }: NewOperation): OperationRow {
  return {
    ...fixedColumns(operation),
    ...changingColumns(operation),
    epoch: 1,
    owner: lease.owner,
    cancel_forced: 0,
    lease_ms: Math.ceil(lease.ms),
    task_id: taskId ?? null,
    request_json: toJson(request),
  };
}

/** An inserted row, as a transaction changes it. Lists alone show `seq`. */
export function createdRow({ request_json: _request, task_id: _task, ...row }: OperationRow): ChangedRow {
  return { ...row, seq: 0, lease_ms: null };
}

/** What decides whether an operation is inserted, before the database is asked: its limit, and those before it. */
class Known {
  private readonly ids = new Set<string>();
  private readonly taskIds = new Set<string | null>();

  private constructor(private readonly pending: Map<string, number>) {}

  static async read(tx: Kysely<Schema>, database: SqlDatabase, all: readonly NewOperation[]): Promise<Known> {
    const limited = all.filter(({ mostPending }) => mostPending !== undefined);
    const types = new Set(limited.map(({ operation }) => operation.operation_type));
    const counts = await COUNT_PENDING.run(
      tx,
      database,
      [...types].map((type) => ({ type })),
    );
    const pending = new Map(counts.map(({ type, count }) => [type, count]));
    const known = new Known(pending);
    // near the limit, one that exists already must not count
    const isNear = limited.some(
      ({ operation, mostPending = Infinity }) =>
        (pending.get(operation.operation_type) ?? 0) + all.length > mostPending,
    );
    if (isNear) await known.readExisting(tx, database, all);
    return known;
  }

  private async readExisting(
    tx: Kysely<Schema>,
    { isOneOf }: SqlDatabase,
    all: readonly NewOperation[],
  ): Promise<void> {
    const texts = {
      id: all.map(({ operation }) => operation.operation_id),
      task_id: all.flatMap(({ taskId }) => taskId ?? []),
    };
    // one query per index: SQLite reads the whole table if it looks in both at once
    for (const column of ['id', 'task_id'] as const) {
      const rows = await tx
        .selectFrom('operations')
        .select(['id', 'task_id'])
        .where(isOneOf(column, texts[column]))
        .execute();
      for (const { id, task_id } of rows) {
        this.ids.add(id);
        this.taskIds.add(task_id);
      }
    }
  }

  /** The row to insert, or why there is none. */
  decide(created: NewOperation): OperationRow | 'exists' | 'full' {
    const { operation, taskId, mostPending } = created;
    const { operation_id: id, operation_type: type } = operation;
    const waiting = this.pending.get(type) ?? 0;
    if (mostPending !== undefined && waiting >= mostPending) return 'full';
    if (this.ids.has(id) || (taskId !== undefined && this.taskIds.has(taskId))) return 'exists';
    this.ids.add(id);
    if (taskId !== undefined) this.taskIds.add(taskId);
    this.pending.set(type, waiting + 1);
    return newRow(created);
  }
}
