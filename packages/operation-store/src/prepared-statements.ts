import type { CompiledQuery } from 'kysely';
import pg from 'pg';

/** Each statement uses memory on every connection for its whole lifetime. */
const MAX_STATEMENTS = 64;

/**
 * Prepares statements under a name per text. PostgreSQL parses each once per connection and, after a few executions,
 * reuses its plan. Texts beyond the first 64 are planned every time.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private named = 0;

  constructor(private readonly pool: pg.Pool) {}

  async rows<R>({ sql: text, parameters }: CompiledQuery<R>): Promise<R[]> {
    const statement = { text, values: [...parameters] };
    try {
      const name = this.nameOf(text);
      return (await this.pool.query<R & pg.QueryResultRow>({ name, ...statement })).rows;
    } catch (error) {
      if (!isOutdated(error)) throw error;
      // the other connections have the statement under this name too
      this.names.clear();
      return (await this.pool.query<R & pg.QueryResultRow>(statement)).rows;
    }
  }

  private nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size === MAX_STATEMENTS) return known;
    const name = `ktrdr_${++this.named}`;
    this.names.set(text, name);
    return name;
  }
}

/**
 * True if a column has changed its type since the statement was prepared, because a newer version has migrated the
 * schema.
 */
function isOutdated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.routine === 'RevalidateCachedQuery';
}
