import { CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';

/** Column names and types of a row. */
export type RowColumns<TRow extends object> = Readonly<Record<keyof TRow & string, 'text' | 'integer'>>;

/**
 * A statement that writes many rows. Its text is built and planned once for each database, and for each number of rows if the database
 * needs that: both take longer than running it.
 */
export class RowsStatement<TRow extends object, TResult = unknown> {
  private readonly texts = new WeakMap<SqlDatabase, Map<number, string>>();
  private readonly names: readonly string[];

  /** @param build makes the statement from a table `changes` of the rows */
  constructor(
    private readonly columns: RowColumns<TRow>,
    private readonly build: (changes: RawBuilder<unknown>, database: SqlDatabase) => RawBuilder<TResult>,
  ) {
    this.names = Object.keys(columns);
  }

  /** Runs nothing if there are no rows. */
  async run(tx: Kysely<Schema>, database: SqlDatabase, rows: readonly TRow[]): Promise<TResult[]> {
    const results: TResult[] = [];
    for (let from = 0; from < rows.length;) {
      const left = rows.length - from;
      const size = database.rows.sizes?.find((one) => one <= left) ?? left;
      const some = size === rows.length ? rows : rows.slice(from, from + size);
      const values = database.rows.values(this.names, some);
      const statement = CompiledQuery.raw(this.textFor(tx, database, size), values);
      results.push(...(await tx.executeQuery(statement as CompiledQuery<TResult>)).rows);
      from += size;
    }
    return results;
  }

  private textFor(tx: Kysely<Schema>, database: SqlDatabase, size: number): string {
    const { rows } = database;
    let texts = this.texts.get(database);
    if (texts === undefined) this.texts.set(database, (texts = new Map()));
    const key = rows.sizes === null ? 0 : size;
    const known = texts.get(key);
    if (known !== undefined) return known;
    const text = this.build(rows.table(this.columns, size), database).compile(tx).sql;
    texts.set(key, text);
    database.prepare(text);
    return text;
  }
}
