import { sql, type Kysely, type Migration } from 'kysely';
import { POSTGRES_UPKEEP } from './0002-postgres-upkeep.js';

/**
 * Those that have not ended, of a million, without a look at the others: whatever the database believes of how many there are.
 * PostgreSQL also compares text byte by byte, whatever its language, and counts and tells without a wait.
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
