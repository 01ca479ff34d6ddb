import { CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { rowsText } from './stored-text.js';

/** Column names and types of a row. */
export type RowColumns<TRow extends object> = Readonly<Record<keyof TRow & string, 'text' | 'integer'>>;

/**
 * A statement that writes many rows. Its only parameter is the rows as JSON, so its text is the same for any number of them. The text is
 * built and planned once for each database: both take longer than running it.
 */
export class RowsStatement<TRow extends object, TResult = unknown> {
  private readonly texts = new WeakMap<SqlDatabase, string>();

  /** @param build makes the statement from a table `changes` of the rows */
  constructor(
    private readonly columns: RowColumns<TRow>,
    private readonly build: (changes: RawBuilder<unknown>, database: SqlDatabase) => RawBuilder<TResult>,
  ) {}

  /** Runs nothing if there are no rows. */
  async run(tx: Kysely<Schema>, database: SqlDatabase, rows: readonly TRow[]): Promise<TResult[]> {
    if (rows.length === 0) return [];
    const statement = CompiledQuery.raw(this.textFor(tx, database), [rowsText(rows)]);
    return (await tx.executeQuery(statement as CompiledQuery<TResult>)).rows;
  }

  private textFor(tx: Kysely<Schema>, database: SqlDatabase): string {
    const known = this.texts.get(database);
    if (known !== undefined) return known;
    const text = this.build(database.rowsOf(this.columns), database).compile(tx).sql;
    this.texts.set(database, text);
    database.prepare(text);
    return text;
  }
}
