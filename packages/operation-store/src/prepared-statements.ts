import type { CompiledQuery } from 'kysely';
import pg from 'pg';

/** Each takes room at every connection for as long as that lasts. */
const MOST = 64;

/**
 * Statements that PostgreSQL parses once a connection, and plans no more after the first few times, under a name for each text.
 * Texts beyond the first 64 are planned each time.
 */
export class PreparedStatements {
  readonly #pool: pg.Pool;
  readonly #names = new Map<string, string>();
  #named = 0;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async rows<R>({ sql: text, parameters }: CompiledQuery<R>): Promise<R[]> {
    const statement = { text, values: [...parameters] };
    try {
      const name = this.#nameOf(text);
      return (await this.#pool.query<R & pg.QueryResultRow>({ name, ...statement })).rows;
    } catch (error) {
      if (!isOutdated(error)) throw error;
      // other connections have it as well under this name
      this.#names.clear();
      return (await this.#pool.query<R & pg.QueryResultRow>(statement)).rows;
    }
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size === MOST) return known;
    const name = `ktrdr_${++this.#named}`;
    this.#names.set(text, name);
    return name;
  }
}

/** A column has another type since it was prepared: a newer version has brought the schema up to date. */
function isOutdated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.routine === 'RevalidateCachedQuery';
}
