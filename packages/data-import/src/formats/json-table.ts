import { importError } from '../bytes/import-error.js';
import { meaningOf } from '../columns/column-names.js';
import type { PackedFile } from '../bytes/packed-file.js';
import { toUtf8, detectEncoding } from '../bytes/text-encoding.js';
import { findJsonTable } from './find-json-table.js';
import { type JsonTable, MixedTablesError } from './join-tables.js';
import { JsonText } from './json-text.js';
import { tableText } from './table-text.js';

/** Bytes of rows that are read at once. */
const PIECE_BYTES = 2 ** 20;
/** Enough to see the first brackets. */
const START_BYTES = 256;

/** A file, or the table in it if it is JSON. */
export async function jsonAsTable(file: PackedFile): Promise<PackedFile> {
  if (file.format !== undefined) return file;
  for await (const chunk of file.chunks()) {
    return looksLikeJson(chunk.subarray(0, START_BYTES)) ? jsonTable(file) : file;
  }
  return file;
}

function looksLikeJson(start: Uint8Array): boolean {
  const text = Buffer.from(start)
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, '');
  return /^\s*(?:\{\s*["}]|\[\s*[[{\]])/.test(text);
}

function jsonTable(file: PackedFile): PackedFile {
  let found: JsonTable | null = null;
  return {
    ...file,
    format: 'JSON',
    get symbol() {
      return found?.symbol;
    },
    get notes() {
      return found?.notes ?? [];
    },
    async *chunks() {
      const tables = tablesOf(file);
      const first = await tables.next();
      if (first.done === true) throw findJsonTable(file.name, []);
      found = first.value;
      yield* tableText(withFirst(found, tables), found.named);
    },
  };
}

async function* withFirst<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

/**
 * The tables of a text, one after the other, with the same columns. A long list of rows is taken in pieces, so that its values are not
 * in memory all at once. Any other text is one value.
 */
async function* tablesOf(file: PackedFile): AsyncGenerator<JsonTable> {
  const text = new JsonText(file.name);
  let first: JsonTable | null = null;
  for await (const chunk of utf8Of(file)) {
    text.add(chunk);
    if (text.length < PIECE_BYTES) continue;
    const values = text.takeRows();
    if (values === null) continue;
    const table: JsonTable = findJsonTable(file.name, values);
    if (first === null) yield (first = table);
    else yield nextRows(file.name, first, table);
  }
  const values = text.takeRest();
  if (first === null) yield findJsonTable(file.name, values);
  else if ((values as unknown[]).length > 0)
    yield nextRows(file.name, first, findJsonTable(file.name, values));
}

/** The rows of a later piece in the columns of the first one. */
function nextRows(file: string, first: JsonTable, table: JsonTable): JsonTable {
  if (table.named !== first.named) throw importError(file, new MixedTablesError().message);
  if (!table.named) {
    const columns = first.columns.map(({ name }, at) => table.columns[at] ?? { name, cell: () => '' });
    return { ...table, columns };
  }
  const added = table.columns.find(
    ({ name }) => meaningOf(name) !== null && first.columns.every((column) => column.name !== name),
  );
  if (added !== undefined)
    throw importError(
      file,
      `no row of the first ${first.rows} has ${added.name}, later ones have: save it as CSV or Parquet`,
    );
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  return { ...table, columns: first.columns.map(({ name }) => byName.get(name) ?? { name, cell: () => '' }) };
}

async function* utf8Of(file: PackedFile): AsyncGenerator<Uint8Array> {
  for await (const chunk of file.chunks()) {
    // the encoding shows in the beginning
    const encoding = detectEncoding(chunk, false);
    yield* toUtf8(file.chunks(), encoding);
    return;
  }
}
