import { sql, type Insertable, type Kysely } from 'kysely';
import { RowsStatement } from './rows-statement.js';
import type { OperationHistoryTable, Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';

/** One line of an operation's history. */
export type HistoryRow = Omit<Insertable<OperationHistoryTable>, 'seq'>;

export const HISTORY_COLUMNS = {
  operation_id: 'text',
  at: 'text',
  attempt: 'integer',
  status: 'text',
  cause_json: 'text',
} as const satisfies Record<keyof HistoryRow, 'text' | 'integer'>;

const INSERT = new RowsStatement<HistoryRow>(HISTORY_COLUMNS, (changes) => {
  const names = sql.join(Object.keys(HISTORY_COLUMNS).map((name) => sql.ref(name)));
  return sql`insert into operation_history (${names}) select ${names} from ${changes}`;
});

/** Adds lines to the histories of operations, in this order. */
export async function insertHistory(
  tx: Kysely<Schema>,
  database: SqlDatabase,
  rows: readonly HistoryRow[],
): Promise<void> {
  await INSERT.run(tx, database, rows);
}
