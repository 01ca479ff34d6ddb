import { type FileHandle, open } from 'node:fs/promises';
import type { ColumnChunk, FileMetaData, RowGroup, SchemaElement, SchemaTree } from 'hyparquet';
import { importError } from '../bytes/import-error.js';
import type { PackedFile } from '../bytes/packed-file.js';
import { limitUnpacked } from '../bytes/unpack-limit.js';
import { checkThrift } from './check-thrift.js';
import { dayText, instantText } from './instant-text.js';
import {
  mostRows,
  quoted,
  singleNumber,
  type TableBatch,
  type TableColumn,
  tableText,
} from './table-text.js';
import { damagedTable } from './damaged-table.js';
import { type ColumnValues, isReadable, parquetLibrary, readParquetColumn } from './parquet-column.js';
import { parquetUnpackers } from './unpack.js';

const MAGIC = 'PAR1';
/** Bytes after the footer: its length and the magic. */
const TAIL_BYTES = 8;
/** A thousand row groups of ten columns take 1 MB. */
const MOST_FOOTER_BYTES = 2 ** 24;
/** Bytes of text for a byte of the file. */
const TEXT_SHARE = 4;
const MOST_DECIMALS = 30;

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
          file: bytesOf(handle, size),
          name,
          memory,
          onGroup: (share) => (bytesRead = share * size),
        });
        yield* limitUnpacked(name, size, tableText(batches));
      } catch (error) {
        throw damagedTable(name, 'Parquet file', error);
      } finally {
        await handle.close();
      }
    },
  };
}

interface ParquetSource {
  file: ParquetBytes;
  name: string;
  onGroup: (share: number) => void;
  /** The beginning of a file is read before the whole: its first row group is kept until the second one is read. */
  memory: { first: TableBatch | null };
}

/** A column that has a cell in each row. */
interface FlatColumn {
  schemaPath: SchemaTree[];
  element: SchemaElement;
}

async function* rowGroups(source: ParquetSource): AsyncGenerator<TableBatch> {
  const { parquetSchema } = await import('hyparquet');
  const metadata = await readFooter(source.file);
  const { memory, onGroup, file } = source;
  const packed = metadata.row_groups.flatMap(({ columns }) => columns.map(packedBytes));
  if (packed.some((bytes) => !(bytes >= 0)) || packed.reduce((sum, bytes) => sum + bytes, 0) > file.size)
    throw new Error('its columns have more bytes than the file');
  const columns = flatColumns(parquetSchema(metadata));
  const zones = await arrowZones(metadata);
  for (const [at, group] of metadata.row_groups.entries()) {
    if (at > 0) memory.first = null;
    const batch = memory.first ?? (await readGroup(source, group, { columns, zones }));
    if (at === 0) memory.first = batch;
    yield batch;
    onGroup((at + 1) / metadata.row_groups.length);
  }
}

async function readFooter(file: ParquetBytes): Promise<FileMetaData> {
  const { parquetMetadata } = await import('hyparquet');
  const tail = Buffer.from(await file.read(Math.max(0, file.size - TAIL_BYTES), file.size));
  if (tail.length < TAIL_BYTES || tail.toString('latin1', 4) !== MAGIC) throw new Error('its end is missing');
  const length = tail.readUInt32LE();
  if (length > MOST_FOOTER_BYTES) throw new Error(`its description has ${length} bytes`);
  const footer = await file.read(file.size - TAIL_BYTES - length, file.size);
  checkThrift(footer, 0, true);
  return parquetMetadata(footer, { geoparquet: false });
}

function flatColumns({ children, ...root }: SchemaTree): FlatColumn[] {
  return children
    .filter(({ children: parts, element }) => parts.length === 0 && element.repetition_type !== 'REPEATED')
    .map((child) => ({
      schemaPath: [{ ...root, children, element: { ...root.element, repetition_type: 'REQUIRED' } }, child],
      element: child.element,
    }));
}

/** Reads one column after the other: the library's values of a column take several times their bytes. */
async function readGroup(
  { file, name }: ParquetSource,
  group: RowGroup,
  { columns, zones }: { columns: readonly FlatColumn[]; zones: ReadonlyMap<string, string> },
): Promise<TableBatch> {
  const rows = Number(group.num_rows);
  const most = mostRows(file.size);
  if (!(rows >= 0 && rows <= most))
    throw importError(
      name,
      `a row group has ${rows} rows, and at most ${most} are read: write smaller row groups`,
    );
  const [library, unpackers] = [await parquetLibrary(), await parquetUnpackers()];
  const read: TableColumn[] = [];
  for (const { element, schemaPath } of columns) {
    if (!isReadable(element)) {
      read.push({ name: element.name, cell: () => '' });
      continue;
    }
    const chunk = group.columns.find(
      ({ meta_data: meta }) => meta?.path_in_schema.length === 1 && meta.path_in_schema[0] === element.name,
    );
    if (chunk?.meta_data === undefined) throw new Error(`column ${element.name} has no pages`);
    const { dictionary_page_offset: dictionary, data_page_offset: data, codec } = chunk.meta_data;
    const start = Number(dictionary !== undefined && dictionary > 0 && dictionary < data ? dictionary : data);
    const bytes = await file.read(start, start + packedBytes(chunk));
    const pages = { bytes, name: element.name, codec, rows, schemaPath };
    const values = readParquetColumn(pages, library, unpackers);
    read.push({ name: element.name, cell: cellOf(values, element, zones) });
  }
  return { rows, columns: read };
}

function packedBytes({ meta_data: meta }: ColumnChunk): number {
  return Number(meta?.total_compressed_size ?? 0);
}

/** How the cells of a column are written. */
function cellOf(
  values: ColumnValues,
  element: SchemaElement,
  zones: ReadonlyMap<string, string>,
): TableColumn['cell'] {
  if (Array.isArray(values)) return (row) => quoted(values[row] ?? '');
  const { type, converted_type: converted, logical_type: logical } = element;
  const written = (text: (value: number) => string) => (row: number) =>
    Number.isNaN(values[row]) ? '' : text(values[row]!);
  if (logical?.type === 'DATE' || converted === 'DATE') return written(dayText);
  const isLocal = logical?.type === 'TIMESTAMP' ? !logical.isAdjustedToUTC : type === 'INT96';
  if (isLocal || logical?.type === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP') === true)
    return written(instantText(isLocal ? null : (zones.get(element.name) ?? 'UTC')));
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const decimals = Math.min(element.scale ?? 0, MOST_DECIMALS);
    return written((value) => value.toFixed(decimals));
  }
  return type === 'FLOAT' ? (row) => singleNumber(values[row]!) : (row) => values[row]!;
}

/** Zones of the columns, by name. Parquet stores only instants. Most programs add an Arrow schema, which has the time zone. */
async function arrowZones({ key_value_metadata: pairs }: FileMetaData): Promise<Map<string, string>> {
  const schema = pairs?.find(({ key }) => key === 'ARROW:schema')?.value;
  if (schema === undefined) return new Map();
  const { DataType, RecordBatchReader } = await import('apache-arrow');
  try {
    const { fields } = RecordBatchReader.from(Buffer.from(schema, 'base64')).open().schema;
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

/** Parts of a file. */
interface ParquetBytes {
  size: number;
  /** @throws Error if the range is not in the file */
  read: (start: number, end: number) => Promise<Uint8Array>;
}

function bytesOf(handle: FileHandle, size: number): ParquetBytes {
  return {
    size,
    async read(start, end) {
      if (!(start >= 0 && end >= start && end <= size))
        throw new Error(`bytes ${start} to ${end} are not in the file`);
      const bytes = new Uint8Array(end - start);
      for (let filled = 0; filled < bytes.length;) {
        const read = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (read.bytesRead === 0) throw new Error('the file became shorter while it was read');
        filled += read.bytesRead;
      }
      return bytes;
    },
  };
}
