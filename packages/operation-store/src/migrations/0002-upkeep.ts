import { sql, type Kysely, type Migration } from 'kysely';
import { POSTGRES_UPKEEP } from './0002-postgres-upkeep.js';

/**
 * An index of the active operations, so that they are found without reading the ended ones, whatever the planner's
 * statistics say. PostgreSQL also compares text by bytes, and counts and notifies without waiting.
 */
export function upkeep(dialect: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db: Kysely<unknown>) {
      if (dialect === 'postgres') {
        for (const statement of POSTGRES_UPKEEP) await sql.raw(statement).execute(db);
      }
      await sql`create index operations_active on operations (seq) where completed_at is null`.execute(db);
    },
  };
}
