import { sql, type Kysely, type RawBuilder } from 'kysely';
import { RowsStatement } from './rows-statement.js';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { STORED_COLUMNS, type StoredRow } from './stored-row.js';

/** A row as a transaction changes it. */
export type ChangedRow = StoredRow & {
  /** Length of a new lease, ms; `null`: the lease stays. */
  lease_ms: number | null;
  /** `null`: it stays. */
  search_text: string | null;
};

/** PostgreSQL's number of the transaction that has written a row. */
export const ROW_VERSION = sql<string>`operations.xmin::text`;

type Columns = Partial<Record<keyof ChangedRow, 'text' | 'integer'>>;

/** What a change of the status may write. */
export const STATUS_COLUMNS = {
  id: 'text',
  status: 'text',
  attempt: 'integer',
  epoch: 'integer',
  owner: 'text',
  cancel_forced: 'integer',
  resumable: 'integer',
  started_at: 'text',
  completed_at: 'text',
  cancel_requested_at: 'text',
  cancel_reason_json: 'text',
  progress_json: 'text',
  warnings_json: 'text',
  error_json: 'text',
  result_json: 'text',
  search_text: 'text',
  lease_ms: 'integer',
} as const satisfies Columns;

const PROGRESS_COLUMNS = {
  id: 'text',
  resumable: 'integer',
  progress_json: 'text',
  warnings_json: 'text',
} as const satisfies Columns;

/** Reads the rows to change. Locks them in the order of their ids, so that two transactions do not wait for each other. */
export async function lockRows(
  tx: Kysely<Schema>,
  { isOneOf, locksRows, prepare }: SqlDatabase,
  ids: ReadonlySet<string>,
): Promise<Map<string, ChangedRow>> {
  if (ids.size === 0) return new Map();
  const statement = tx
    .selectFrom('operations')
    .select(STORED_COLUMNS)
    .where(isOneOf('id', [...ids]))
    .orderBy('id')
    .$if(locksRows, (query) => query.forUpdate())
    .compile();
  prepare(statement.sql);
  const { rows } = await tx.executeQuery(statement);
  return new Map(rows.map((row) => [row.id, changedRow(row)]));
}

/** A row that is not changed yet. */
export function changedRow(row: StoredRow): ChangedRow {
  return { ...row, lease_ms: null, search_text: null };
}

/** Versions of rows as this transaction has written them; none if the database does not compare versions. */
export async function readVersions(
  tx: Kysely<Schema>,
  { isOneOf, quick, prepare }: SqlDatabase,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  if (quick === null || ids.size === 0) return new Map();
  const statement = tx
    .selectFrom('operations')
    .select(['id', ROW_VERSION.as('version')])
    .where(isOneOf('id', [...ids]))
    .compile();
  prepare(statement.sql);
  const { rows } = await tx.executeQuery(statement);
  return new Map(rows.map(({ id, version }) => [id, version]));
}

const { id: _id, lease_ms: _ms, search_text: _text, ...REPLACED } = STATUS_COLUMNS;

/** What an update of the status sets, from a table `changes`. */
export function statusAssignments(now: RawBuilder<number>) {
  return sql`${assignments(REPLACED)},
    search_text = coalesce(changes.search_text, operations.search_text),
    lease_expires_at = coalesce(${now} + changes.lease_ms, operations.lease_expires_at)`;
}

const UPDATE_STATUS = new RowsStatement<Pick<ChangedRow, keyof typeof STATUS_COLUMNS>>(
  STATUS_COLUMNS,
  (changes, { now }) => sql`update operations set ${statusAssignments(now)}
    from ${changes} where operations.id = changes.id`,
);

const { id: _progressId, ...PROGRESS } = PROGRESS_COLUMNS;
const UPDATE_PROGRESS = new RowsStatement<Pick<ChangedRow, keyof typeof PROGRESS_COLUMNS>>(
  PROGRESS_COLUMNS,
  (changes) => sql`update operations set ${assignments(PROGRESS)}
    from ${changes} where operations.id = changes.id`,
);

/** Writes rows whose status has changed. */
export async function updateStatus(
  tx: Kysely<Schema>,
  database: SqlDatabase,
  rows: readonly ChangedRow[],
): Promise<void> {
  await UPDATE_STATUS.run(
    tx,
    database,
    rows.map((row) => picked(STATUS_COLUMNS, row)),
  );
}

/** Writes rows of which only the progress has changed. */
export async function updateProgress(
  tx: Kysely<Schema>,
  database: SqlDatabase,
  rows: readonly ChangedRow[],
): Promise<void> {
  await UPDATE_PROGRESS.run(
    tx,
    database,
    rows.map((row) => picked(PROGRESS_COLUMNS, row)),
  );
}

function assignments(columns: Columns) {
  return sql.join(Object.keys(columns).map((name) => sql`${sql.ref(name)} = ${sql.ref(`changes.${name}`)}`));
}

/** Only the columns that are written: a row has a large result. */
export function picked<TColumns extends Columns>(columns: TColumns, row: ChangedRow) {
  const names = Object.keys(columns) as (keyof TColumns & keyof ChangedRow)[];
  return Object.fromEntries(names.map((name) => [name, row[name]])) as Pick<
    ChangedRow,
    (typeof names)[number]
  >;
}
