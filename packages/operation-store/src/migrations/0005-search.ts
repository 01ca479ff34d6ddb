import { searchText } from '@ktrdr/orchestrator';
import { sql, type Kysely, type Migration } from 'kysely';
import type { Schema } from '../schema.js';
import { fromJson } from '../stored-row.js';
import { storable } from '../stored-text.js';

/** Results are large: so many are in memory at a time. */
const ROWS_AT_ONCE = 100;

/** The text that a search of a list looks in, and for SQLite an index with everything that a list filters by. */
export function search(dialect: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const text = dialect === 'sqlite' ? sql`text` : sql`text collate "C"`;
      await db.schema
        .alterTable('operations')
        .addColumn('search_text', text, (column) => column.notNull().defaultTo(''))
        .execute();
      await fill(db as Kysely<Schema>);
      // PostgreSQL keeps large columns out of its rows, so reading all rows is quick; its index entries must be small
      if (dialect === 'postgres') return;
      // a filter that no other index has reads this one instead of the rows, which are large
      await db.schema
        .createIndex('operations_filtered')
        .on('operations')
        .columns(['seq', 'created_at', 'status', 'type', 'search_text'])
        .execute();
    },
  };
}

async function fill(db: Kysely<Schema>): Promise<void> {
  for (let last = 0; ;) {
    const rows = await db
      .selectFrom('operations')
      .select(['seq', 'id', 'metadata_json', 'result_json'])
      .where('seq', '>', last)
      .orderBy('seq')
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const { seq, id, metadata_json, result_json } of rows) {
      const operation = {
        operation_id: id,
        metadata: fromJson<Parameters<typeof searchText>[0]['metadata']>(metadata_json),
        result: fromJson(result_json),
      };
      await db
        .updateTable('operations')
        .set({ search_text: storable(searchText(operation)) })
        .where('seq', '=', seq)
        .execute();
      last = seq;
    }
    if (rows.length < ROWS_AT_ONCE) return;
  }
}
