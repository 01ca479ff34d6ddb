import { sql, type Kysely, type Migration } from 'kysely';

/** What operations record over time: the points of their curves, and their phases. Removed with the operation. */
export function records(dialect: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const text = dialect === 'sqlite' ? sql`text` : sql`text collate "C"`;
      await db.schema
        .createTable('operation_metrics')
        .addColumn('operation_id', text, (column) =>
          column.notNull().references('operations.id').onDelete('cascade'),
        )
        .addColumn('seed', 'bigint', (column) => column.notNull())
        .addColumn('epoch', 'bigint', (column) => column.notNull())
        .addColumn('point_json', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('operation_metrics_key', ['operation_id', 'seed', 'epoch'])
        .execute();
      await db.schema
        .createTable('operation_phases')
        .addColumn('operation_id', text, (column) =>
          column.primaryKey().notNull().references('operations.id').onDelete('cascade'),
        )
        .addColumn('phases_json', 'text', (column) => column.notNull())
        .execute();
    },
  };
}
