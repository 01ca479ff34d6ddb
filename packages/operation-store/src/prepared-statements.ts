import pg from 'pg';

/** Each statement uses memory on every connection for its whole lifetime. */
const MAX_STATEMENTS = 64;

/** True if a column has changed its type since the statement was prepared, because a newer version has migrated the schema. */
export function isOutdatedStatement(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.routine === 'RevalidateCachedQuery';
}

/**
 * Names of the statements that run often. PostgreSQL parses a named statement once per connection and, after a few executions,
 * reuses its plan. Texts beyond the first 64 are planned every time.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private named = 0;

  /** From now on, connections prepare statements with this text. */
  prepare(text: string): void {
    if (!this.names.has(text) && this.names.size < MAX_STATEMENTS)
      this.names.set(text, `ktrdr_${++this.named}`);
  }

  nameOf(text: string): string | undefined {
    return this.names.get(text);
  }

  /** Gives all statements new names: every connection has outdated ones under the old names. */
  rename(): void {
    for (const text of this.names.keys()) this.names.set(text, `ktrdr_${++this.named}`);
  }
}
