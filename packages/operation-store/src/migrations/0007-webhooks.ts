import { sql, type Kysely, type Migration } from 'kysely';

/** `MOST_WAITING_DELIVERIES` when this migration was released. */
const MOST_WAITING = 1_000;

/**
 * Webhooks and their deliveries. A trigger creates the deliveries in the write that ends an operation, so no end is lost. Deliveries
 * are not tied to operations, which can be removed.
 */
export function webhooks(dialect: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const text = dialect === 'sqlite' ? sql`text` : sql`text collate "C"`;
      const sequence = dialect === 'sqlite' ? 'integer' : 'bigserial';
      await db.schema
        .createTable('webhooks')
        .addColumn('id', text, (column) => column.primaryKey().notNull())
        .addColumn('name', 'text')
        .addColumn('url', 'text', (column) => column.notNull())
        .addColumn('events', 'text', (column) => column.notNull())
        .addColumn('secret', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('dropped', 'integer', (column) => column.notNull())
        .addColumn('last_delivery_json', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('webhook_deliveries')
        .addColumn('seq', sequence, (column) =>
          dialect === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey(),
        )
        .addColumn('webhook_id', text, (column) =>
          column.notNull().references('webhooks.id').onDelete('cascade'),
        )
        .addColumn('operation_id', 'text', (column) => column.notNull())
        .addColumn('attempt', 'integer', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('ended_at', 'text', (column) => column.notNull())
        .addColumn('tries', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('due_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('webhook_deliveries_due')
        .on('webhook_deliveries')
        .columns(['due_at', 'webhook_id', 'seq'])
        .execute();
      await db.schema
        .createIndex('webhook_deliveries_by_webhook')
        .on('webhook_deliveries')
        .columns(['webhook_id', 'seq'])
        .execute();
      const triggers = dialect === 'sqlite' ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS;
      for (const statement of triggers) await sql.raw(statement).execute(db);
    },
  };
}

/** A webhook for edges gets an event for every completed operation: only its delivery decides whether the operation found an edge. */
const LISTENS = `(',' || w.events || ',' like '%,' || new.status || ',%'
    or new.status = 'completed' and ',' || w.events || ',' like '%,edge,%')`;
const WAITING = '(select count(*) from webhook_deliveries d where d.webhook_id = w.id)';
const COLUMNS = '(webhook_id, operation_id, attempt, status, ended_at, tries, created_at, due_at)';
const ADDED = `insert into webhook_deliveries ${COLUMNS}
    select w.id, new.id, new.attempt, new.status, new.completed_at, 0, :now, :now
      from webhooks w where ${LISTENS} and ${WAITING} < ${MOST_WAITING}`;
const DROPPED = `update webhooks set dropped = dropped + 1 where id in
    (select w.id from webhooks w where ${LISTENS} and ${WAITING} >= ${MOST_WAITING})`;
const ENDS = 'old.completed_at is null and new.completed_at is not null';

const SQLITE_TRIGGERS = [
  `create trigger operations_notified after update on operations when ${ENDS}
   begin
     ${DROPPED};
     ${ADDED.replaceAll(':now', "cast(unixepoch('subsec') * 1000 as integer)")};
   end`,
];

const POSTGRES_TRIGGERS = [
  `create function ktrdr_notify_operation() returns trigger language plpgsql as $$
   begin
     ${DROPPED};
     ${ADDED.replaceAll(':now', 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)')};
     return null;
   end $$`,
  `create trigger operations_notified after update on operations
   for each row when (${ENDS}) execute function ktrdr_notify_operation()`,
];
