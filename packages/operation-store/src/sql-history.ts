import { sql, type Insertable, type Kysely } from 'kysely';
import type { OperationHistoryTable, Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';

/** One line of an operation's history. */
export type HistoryRow = Omit<Insertable<OperationHistoryTable>, 'seq'>;

const COLUMNS = {
  operation_id: 'text',
  at: 'text',
  attempt: 'integer',
  status: 'text',
  cause_json: 'text',
} as const satisfies Record<keyof HistoryRow, 'text' | 'integer'>;

/** Adds lines to the histories of operations, in this order. */
export async function insertHistory(
  tx: Kysely<Schema>,
  { rowsOf }: SqlDatabase,
  rows: readonly HistoryRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = sql.join(Object.keys(COLUMNS).map((name) => sql.ref(name)));
  await sql`insert into operation_history (${names})
    select ${names} from ${rowsOf<HistoryRow>(COLUMNS, rows)}`.execute(tx);
}
