import { Migrator, sql, type Kysely } from 'kysely';
import { migrationsFor } from './migrations/index.js';
import type { Schema } from './schema.js';
import { storeUnavailable } from './store-errors.js';

type Dialect = 'sqlite' | 'postgres';

/** ktrdr's own names, because the database may be shared with another product that uses kysely. */
const MIGRATION_TABLE = 'ktrdr_migration';
const LOCK_TABLE = 'ktrdr_migration_lock';
/** Names used by the first version, which had one migration. */
const FIRST_MIGRATION_TABLE = 'kysely_migration';
const FIRST_LOCK_TABLE = 'kysely_migration_lock';
const FIRST_MIGRATION = '0001_operations';
/** Tables that must not exist before the first migration. */
const OWN_TABLES = [
  'operations',
  'operation_history',
  'operation_counts',
  'operation_metrics',
  'operation_phases',
  'training_trials',
  'access_tokens',
  'audit_log',
  'webhooks',
];
/** Key of the PostgreSQL advisory lock that guards the renaming. */
const RENAMING_LOCK = 1_802_793_075;

/**
 * True if {@link migrate} has nothing to do.
 *
 * @param place description of the database for messages
 * @throws KtrdrError `store_unavailable` if a newer version created the schema
 */
export async function isUpToDate(db: Kysely<Schema>, dialect: Dialect, place: string): Promise<boolean> {
  if (!(await hasTable(db, dialect, MIGRATION_TABLE))) return false;
  const known = Object.keys(migrationsFor(dialect));
  const applied = await namesIn(db, MIGRATION_TABLE);
  const newer = applied.find((name) => !known.includes(name));
  if (newer !== undefined)
    throw storeUnavailable(
      `${place} was written by a newer version of ktrdr (this version does not know the migration "${newer}"). ` +
        'Start that version or a later one, or use a separate store for this version.',
    );
  return applied.length === known.length;
}

/**
 * Updates the schema to this version. For SQLite, the caller must prevent concurrent migrations.
 *
 * @param place description of the database for messages
 * @throws KtrdrError `store_unavailable` if a table with one of ktrdr's names belongs to another product
 */
export async function migrate(db: Kysely<Schema>, dialect: Dialect, place: string): Promise<void> {
  if (dialect === 'sqlite') await renameFirstTables(db, dialect);
  else await db.transaction().execute((tx) => renameFirstTables(tx, dialect));
  await refuseForeignTable(db, dialect, place);
  const migrations = migrationsFor(dialect);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: LOCK_TABLE,
    migrationTableSchema: dialect === 'sqlite' ? undefined : await currentSchema(db, place),
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Renames the first version's tables. Tables of another product with the same names stay. */
async function renameFirstTables(db: Kysely<Schema>, dialect: Dialect): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(RENAMING_LOCK)})`.execute(db);
  for (const table of [FIRST_MIGRATION_TABLE, FIRST_LOCK_TABLE, 'operations', 'operation_counts']) {
    if (!(await hasTable(db, dialect, table))) return;
  }
  if (await hasTable(db, dialect, MIGRATION_TABLE)) return;
  const applied = await namesIn(db, FIRST_MIGRATION_TABLE);
  if (applied.length !== 1 || applied[0] !== FIRST_MIGRATION) return;
  await db.schema.alterTable(FIRST_MIGRATION_TABLE).renameTo(MIGRATION_TABLE).execute();
  await db.schema.alterTable(FIRST_LOCK_TABLE).renameTo(LOCK_TABLE).execute();
}

async function refuseForeignTable(db: Kysely<Schema>, dialect: Dialect, place: string): Promise<void> {
  if (await hasTable(db, dialect, MIGRATION_TABLE)) return;
  for (const table of OWN_TABLES) {
    if (!(await hasTable(db, dialect, table))) continue;
    throw storeUnavailable(
      `${place} has a table "${table}" that is not ktrdr's. Give ktrdr a separate database` +
        (dialect === 'sqlite'
          ? ': set STATE_DIR to another folder.'
          : ', or a schema: create schema ktrdr, and ?options=-csearch_path%3Dktrdr at the end of DATABASE_URL.'),
    );
  }
}

/** True if the table exists in the schema that unqualified names refer to. */
async function hasTable(db: Kysely<Schema>, dialect: Dialect, name: string): Promise<boolean> {
  const tables =
    dialect === 'sqlite'
      ? sql`select 1 from sqlite_master where type = 'table' and name = ${name}`
      : sql`select 1 from pg_tables where schemaname = current_schema() and tablename = ${name}`;
  return (await tables.execute(db)).rows.length > 0;
}

async function namesIn(db: Kysely<Schema>, migrationTable: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationTable)}`.execute(db);
  return rows.map(({ name }) => name);
}

async function currentSchema(db: Kysely<Schema>, place: string): Promise<string> {
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(db);
  const schema = rows[0]?.schema;
  if (typeof schema === 'string') return schema;
  throw storeUnavailable(
    `${place} has none of the schemas in its search path. Create one of them, or correct DATABASE_URL.`,
  );
}
