import { type FileHandle, open } from 'node:fs/promises';
import type { AsyncBuffer, FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { importError } from '../bytes/import-error.js';
import type { PackedFile } from '../bytes/packed-file.js';
import { checkParquetPages } from './check-parquet-pages.js';
import { dayText, instantText } from './instant-text.js';
import {
  numberText,
  quoted,
  singleText,
  type TableBatch,
  type TableColumn,
  tableText,
} from './table-text.js';
import { damagedTable } from './damaged-table.js';

/** Unpacked bytes of a row group. It is in memory while it is read. */
const MOST_GROUP_BYTES = 2 ** 30;
const MOST_GROUP_ROWS = 20_000_000;
/** Bars do not pack better than this. */
const MOST_ROWS_PER_BYTE = 64;

/** Bytes of text for a byte of the file. */
const TEXT_SHARE = 4;
/** Times come as ms, days as days: an object for each would take most of the memory. */
const PARSERS = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros: bigint) => Number(micros) / 1e3,
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos / 1000n) / 1e3,
  dateFromDays: Number,
};

/** A Parquet file as a table of text. @param path on this machine @param name for messages */
export function parquetTable(path: string, name: string, size: number): PackedFile {
  let bytesRead = 0;
  const memory: ParquetSource['memory'] = { first: null };
  return {
    name,
    format: 'Parquet',
    // the text of packed numbers is longer
    unpackedBytes: TEXT_SHARE * size,
    bytesRead: () => bytesRead,
    async *chunks() {
      const handle = await open(path);
      try {
        const batches = rowGroups({
          file: bufferOf(handle, size),
          name,
          memory,
          onGroup: (share) => (bytesRead = share * size),
        });
        yield* tableText(batches);
      } catch (error) {
        throw damagedTable(name, 'Parquet file', error);
      } finally {
        await handle.close();
      }
    },
  };
}

interface ParquetSource {
  file: AsyncBuffer;
  name: string;
  onGroup: (share: number) => void;
  /** The beginning of a file is read before the whole: its first row group is kept until the second one is read. */
  memory: { first: TableBatch | null };
}

async function* rowGroups(source: ParquetSource): AsyncGenerator<TableBatch> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet');
  const metadata = await parquetMetadataAsync(source.file, { geoparquet: false });
  const elements = parquetSchema(metadata)
    .children.filter(
      ({ children, element }) => children.length === 0 && element.repetition_type !== 'REPEATED',
    )
    .map(({ element }) => element);
  const zones = await arrowZones(metadata);
  const { memory, onGroup } = source;
  let rowStart = 0;
  for (const [at, group] of metadata.row_groups.entries()) {
    const rows = checkedRows(source, group);
    if (at > 0) memory.first = null;
    if (memory.first === null)
      for (const column of group.columns)
        await checkParquetPages(source.file, column, rows, MOST_GROUP_BYTES);
    const batch = memory.first ?? (await readGroup(source, { metadata, elements, zones, rowStart, rows }));
    if (at === 0) memory.first = batch;
    rowStart += rows;
    yield batch;
    onGroup((at + 1) / metadata.row_groups.length);
  }
}

interface Group {
  metadata: FileMetaData;
  elements: SchemaElement[];
  zones: ReadonlyMap<string, string>;
  rowStart: number;
  rows: number;
}

async function readGroup({ file }: ParquetSource, group: Group): Promise<TableBatch> {
  const { parquetRead } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const { metadata, elements, zones, rowStart, rows } = group;
  const found = new Map(elements.map(({ name }) => [name, new GroupColumn(rows)]));
  await parquetRead({
    file,
    metadata,
    compressors,
    columns: elements.map(({ name }) => name),
    rowStart,
    rowEnd: rowStart + rows,
    parsers: PARSERS as never,
    geoparquet: false,
    onChunk: ({ columnName, columnData, rowStart: from }) =>
      found.get(columnName)?.add(columnData, from - rowStart),
  });
  const columns = elements.map((element): TableColumn => {
    const column = found.get(element.name)!;
    if (column.filled !== rows)
      throw new Error(`column ${element.name} has ${column.filled} of ${rows} rows`);
    const { values } = column;
    const text = textOf(element, zones);
    return { name: element.name, cell: (row) => text(values[row]) };
  });
  return { rows, columns };
}

/** Values of a column in a row group. They come in pages. */
class GroupColumn {
  values: ArrayLike<unknown> = [];
  filled = 0;

  constructor(private readonly rows: number) {}

  add(page: ArrayLike<unknown>, at: number): void {
    if (at === 0 && page.length === this.rows) this.values = page;
    else {
      if (this.values.length === 0) this.values = Array.from<unknown>({ length: this.rows });
      const values = this.values as unknown[];
      for (let row = 0; row < page.length && at + row < this.rows; row++) values[at + row] = page[row];
    }
    this.filled += page.length;
  }
}

function checkedRows(
  { file, name }: ParquetSource,
  { num_rows, total_byte_size, columns }: RowGroup,
): number {
  const bytes = columns.reduce(
    (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
    0,
  );
  const most = Math.max(Number(total_byte_size), bytes);
  const mostRows = Math.min(MOST_GROUP_ROWS, file.byteLength * MOST_ROWS_PER_BYTE);
  if (num_rows >= 0 && num_rows <= mostRows && most <= MOST_GROUP_BYTES) return Number(num_rows);
  throw importError(
    name,
    `a row group has ${num_rows} rows and ${most} bytes, and at most ${mostRows} and ${MOST_GROUP_BYTES} are read: write smaller row groups`,
  );
}

function textOf(element: SchemaElement, zones: ReadonlyMap<string, string>): (value: unknown) => string {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'DATE' || converted === 'DATE')
    return (value) => (isGiven(value) ? dayText(Number(value)) : '');
  const isLocal = logical?.type === 'TIMESTAMP' ? !logical.isAdjustedToUTC : type === 'INT96';
  if (isLocal || logical?.type === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP') === true) {
    const text = instantText(isLocal ? null : (zones.get(element.name) ?? 'UTC'));
    return (value) => (isGiven(value) ? text(Number(value)) : '');
  }
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL')
    return (value) => (isGiven(value) ? Number(value).toFixed(element.scale ?? 0) : '');
  if (type === 'FLOAT') return (value) => singleText(value as number | null | undefined);
  return cellText;
}

function cellText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  return typeof value === 'string' ? quoted(value) : '';
}

function isGiven(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** Zones of the columns, by name. Parquet has instants only; the schema of Arrow, which most programs add, has their zone. */
async function arrowZones({ key_value_metadata: pairs }: FileMetaData): Promise<Map<string, string>> {
  const schema = pairs?.find(({ key }) => key === 'ARROW:schema')?.value;
  if (schema === undefined) return new Map();
  const { DataType, tableFromIPC } = await import('apache-arrow');
  try {
    const { fields } = tableFromIPC(Buffer.from(schema, 'base64')).schema;
    return new Map(
      fields.flatMap(({ name, type }) =>
        DataType.isTimestamp(type) && typeof type.timezone === 'string'
          ? [[name, type.timezone] as const]
          : [],
      ),
    );
  } catch {
    // the instants are right without it
    return new Map();
  }
}

function bufferOf(handle: FileHandle, size: number): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      if (!(start >= 0 && end >= start && end <= size))
        throw new Error(`bytes ${start} to ${end} are not in the file`);
      const bytes = new Uint8Array(end - start);
      for (let filled = 0; filled < bytes.length;) {
        const read = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (read.bytesRead === 0) throw new Error('the file became shorter while it was read');
        filled += read.bytesRead;
      }
      return bytes.buffer;
    },
  };
}
