import { sql, type Kysely, type Migration } from 'kysely';
import { POSTGRES_TRIGGERS } from './0001-postgres-triggers.js';
import { SQLITE_TRIGGERS } from './0001-sqlite-triggers.js';

/** Operations, their history and their counts. */
export function operations(dialect: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await createTables(db, dialect);
      await createIndexes(db);
      const triggers = dialect === 'sqlite' ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS;
      for (const statement of triggers) await sql.raw(statement).execute(db);
    },
  };
}

async function createTables(db: Kysely<unknown>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  const sequence = dialect === 'sqlite' ? 'integer' : 'bigserial';
  const countUp = dialect === 'sqlite';
  await db.schema
    .createTable('operations')
    .addColumn('seq', sequence, (column) =>
      countUp ? column.primaryKey().autoIncrement() : column.primaryKey(),
    )
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('lease_expires_at', 'bigint', (column) => column.notNull())
    .addColumn('cancel_forced', 'integer', (column) => column.notNull())
    .addColumn('resumable', 'integer', (column) => column.notNull())
    .addColumn('task_id', 'text', (column) => column.unique())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('started_at', 'text')
    .addColumn('completed_at', 'text')
    .addColumn('cancel_requested_at', 'text')
    .addColumn('cancel_reason_json', 'text', (column) => column.notNull())
    .addColumn('progress_json', 'text', (column) => column.notNull())
    .addColumn('metadata_json', 'text', (column) => column.notNull())
    .addColumn('warnings_json', 'text', (column) => column.notNull())
    .addColumn('error_json', 'text', (column) => column.notNull())
    .addColumn('result_json', 'text', (column) => column.notNull())
    .addColumn('request_json', 'text', (column) => column.notNull())
    .addCheckConstraint(
      'operations_status',
      sql`(completed_at is null and status in ('pending', 'running', 'cancelling'))
        or (completed_at is not null and status in ('completed', 'failed', 'cancelled'))`,
    )
    .execute();
  await db.schema
    .createTable('operation_history')
    .addColumn('seq', sequence, (column) =>
      countUp ? column.primaryKey().autoIncrement() : column.primaryKey(),
    )
    .addColumn('operation_id', 'text', (column) =>
      column.notNull().references('operations.id').onDelete('cascade'),
    )
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('cause_json', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('operation_counts')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('stripe', 'integer', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('operation_counts_key', ['type', 'status', 'stripe'])
    .execute();
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  // one index per filter of a list, newest first
  await createIndex(db, 'operations_by_status', ['status', 'seq']);
  await createIndex(db, 'operations_by_type', ['type', 'seq']);
  await createIndex(db, 'operations_by_type_and_status', ['type', 'status', 'seq']);
  // active operations, oldest first, and ended ones by age
  await createIndex(db, 'operations_by_end', ['completed_at', 'seq']);
  await db.schema
    .createIndex('operation_history_by_operation')
    .on('operation_history')
    .columns(['operation_id', 'seq'])
    .execute();
}

function createIndex(db: Kysely<unknown>, name: string, columns: string[]): Promise<void> {
  return db.schema.createIndex(name).on('operations').columns(columns).execute();
}
