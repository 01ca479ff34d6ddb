import { sql, type Kysely, type Migration } from 'kysely';
import { POSTGRES_TRIAL_TRIGGERS, SQLITE_TRIAL_TRIGGERS } from './0003-trial-triggers.js';

/** The ledger of trials, and the bars files of each. They are not tied to operations, which can be removed. */
export function trials(dialect: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const text = dialect === 'sqlite' ? sql`text` : sql`text collate "C"`;
      const sequence = dialect === 'sqlite' ? 'integer' : 'bigserial';
      await db.schema
        .createTable('training_trials')
        .addColumn('seq', sequence, (column) =>
          dialect === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey(),
        )
        .addColumn('key', text, (column) => column.notNull().unique())
        .addColumn('test_start', 'bigint', (column) => column.notNull())
        .addColumn('test_end', 'bigint', (column) => column.notNull())
        .addColumn('sharpe', 'double precision')
        .addColumn('recorded_at', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('training_trial_bars')
        .addColumn('sha256', text, (column) => column.notNull())
        .addColumn('trial', dialect === 'sqlite' ? 'integer' : 'bigint', (column) =>
          column.notNull().references('training_trials.seq'),
        )
        .addPrimaryKeyConstraint('training_trial_bars_key', ['sha256', 'trial'])
        .execute();
      const triggers = dialect === 'sqlite' ? SQLITE_TRIAL_TRIGGERS : POSTGRES_TRIAL_TRIGGERS;
      for (const statement of triggers) await sql.raw(statement).execute(db);
    },
  };
}
