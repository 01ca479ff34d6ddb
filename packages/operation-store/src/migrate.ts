import { Migrator, sql, type Kysely } from 'kysely';
import { migrationsFor } from './migrations/index.js';
import type { Schema } from './schema.js';
import { storeUnavailable } from './store-errors.js';

type Dialect = 'sqlite' | 'postgres';

/** Of ktrdr alone: a database may be shared with what keeps kysely's own names. */
const MIGRATION_TABLE = 'ktrdr_migration';
const LOCK_TABLE = 'ktrdr_migration_lock';
/** What they were called in the first version, which knew one migration. */
const FIRST_MIGRATION_TABLE = 'kysely_migration';
const FIRST_LOCK_TABLE = 'kysely_migration_lock';
const FIRST_MIGRATION = '0001_operations';
/** PostgreSQL's number of the lock of whoever renames them. */
const RENAMING_LOCK = 1_802_793_075;

/**
 * Whether nothing is to be done by {@link migrate}.
 * @param place what people call the database
 * @throws KtrdrError `store_unavailable` where a newer version made the schema
 */
export async function isUpToDate(db: Kysely<Schema>, dialect: Dialect, place: string): Promise<boolean> {
  if (!(await hasTable(db, dialect, MIGRATION_TABLE))) return false;
  const known = Object.keys(migrationsFor(dialect));
  const applied = await namesIn(db, MIGRATION_TABLE);
  const newer = applied.find((name) => !known.includes(name));
  if (newer !== undefined)
    throw storeUnavailable(
      `${place} was written by a newer version of ktrdr (this one does not know its schema "${newer}"). ` +
        'Start that version or a later one, or give this one a store of its own.',
    );
  return applied.length === known.length;
}

/**
 * Brings the schema to this version's. In SQLite, the caller sees to it that nobody else does so at the same time.
 * @param place what people call the database
 * @throws KtrdrError `store_unavailable` where the database has a table of one of ktrdr's names that is another product's
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

/** The first version's own tables, and nobody else's of that name. */
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
  for (const table of ['operations', 'operation_history', 'operation_counts']) {
    if (!(await hasTable(db, dialect, table))) continue;
    throw storeUnavailable(
      `${place} has a table "${table}" that is not ktrdr's. Give ktrdr a database of its own` +
        (dialect === 'sqlite'
          ? ': set STATE_DIR to another folder.'
          : ', or a schema: create schema ktrdr, and ?options=-csearch_path%3Dktrdr at the end of DATABASE_URL.'),
    );
  }
}

/** Whether a table is found where names without a schema are looked for and made. */
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
  throw storeUnavailable(`${place} has no schema of the search path. Create it, or correct DATABASE_URL.`);
}
