import { Migrator, sql, type Kysely } from 'kysely';
import { migrationsFor } from './migrations/index.js';
import type { Schema } from './schema.js';
import { storeUnavailable } from './store-errors.js';

const MIGRATION_TABLE = 'kysely_migration';

/**
 * Brings the schema to this version's. The caller sees to it that nobody else does so at the same time.
 * @param place what people call the database
 * @throws KtrdrError `store_unavailable` where a newer version made the schema
 */
export async function migrate(
  db: Kysely<Schema>,
  dialect: 'sqlite' | 'postgres',
  place: string,
): Promise<void> {
  const migrations = migrationsFor(dialect);
  await refuseNewer(db, new Set(Object.keys(migrations)), place);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

async function refuseNewer(db: Kysely<Schema>, known: ReadonlySet<string>, place: string): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === MIGRATION_TABLE)) return;
  const applied = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)}`.execute(db);
  const newer = applied.rows.find(({ name }) => !known.has(name));
  if (newer === undefined) return;
  throw storeUnavailable(
    `${place} was written by a newer version of ktrdr (this one does not know its schema "${newer.name}"). ` +
      'Start that version or a later one, or give this one a store of its own.',
  );
}
