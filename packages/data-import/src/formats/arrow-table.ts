import { open } from 'node:fs/promises';
import type { DataType, RecordBatch, Vector } from 'apache-arrow';
import { importError } from '../bytes/import-error.js';
import type { PackedFile } from '../bytes/packed-file.js';
import { limitUnpacked } from '../bytes/unpack-limit.js';
import { damagedTable } from './damaged-table.js';
import { dayText, instantText } from './instant-text.js';
import { unpackLz4Frame } from './lz4-frame.js';
import {
  mostRows,
  quoted,
  singleNumber,
  type TableBatch,
  type TableColumn,
  tableText,
} from './table-text.js';
import { type Unpack, zstdUnpacker } from './unpack.js';

/** The whole file is in memory while it is read. */
const MOST_BYTES = 2 ** 30;
/** Unpacked bytes of a batch. Its columns are in memory while it is read. */
const FREE_BATCH_BYTES = 2 ** 26;
const MOST_RATIO = 64;
/** Before a packed column stands its unpacked size. */
const PREFIX_BYTES = 8;

type Arrow = typeof import('apache-arrow');

/** A Feather or Arrow IPC file as a table of text. @param path on this machine @param name for messages */
export function arrowTable(path: string, name: string, size: number): PackedFile {
  let bytesRead = 0;
  return {
    name,
    format: 'Feather',
    unpackedBytes: size,
    bytesRead: () => bytesRead,
    async *chunks() {
      try {
        const bytes = await contentOf(path, name);
        const batches = batchesOf(bytes, (read) => (bytesRead = read));
        yield* limitUnpacked(name, size, tableText(batches));
      } catch (error) {
        throw damagedTable(name, 'Feather file', error);
      }
    },
  };
}

async function contentOf(path: string, name: string): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (size > MOST_BYTES)
      throw importError(
        name,
        `the file has ${size} bytes, and at most ${MOST_BYTES} are read: save it as Parquet or CSV`,
      );
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function* batchesOf(bytes: Uint8Array, onBatch: (bytes: number) => void): AsyncGenerator<TableBatch> {
  const arrow = await import('apache-arrow');
  (await import('./bound-lists.js')).boundLists();
  const { compressionRegistry, CompressionType, RecordBatchReader } = arrow;
  const budget = {
    most: Math.min(MOST_BYTES, Math.max(FREE_BATCH_BYTES, MOST_RATIO * bytes.length)),
    used: 0,
  };
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: sized(unpackLz4Frame, budget) });
  compressionRegistry.set(CompressionType.ZSTD, { decode: sized(await zstdUnpacker(), budget) });
  let seen = false;
  for (const batch of RecordBatchReader.from(bytes)) {
    seen = true;
    budget.used = 0;
    if (!(batch.numRows <= mostRows(bytes.length))) throw new Error(`it names ${batch.numRows} rows`);
    yield { rows: batch.numRows, columns: columnsOf(batch, arrow) };
    onBatch(bytes.length);
  }
  if (!seen) throw new Error('it has no rows');
}

/** The library passes the packed bytes of a column without the size that stands before them. */
function sized(unpack: Unpack, budget: { most: number; used: number }): (packed: Uint8Array) => Uint8Array {
  return (packed) => {
    const prefix = new DataView(packed.buffer, packed.byteOffset - PREFIX_BYTES, PREFIX_BYTES);
    const size = Number(prefix.getBigInt64(0, true));
    if (!(size >= 0)) throw new Error(`a column says that it has ${size} bytes`);
    budget.used += size;
    if (budget.used > budget.most)
      throw new Error(`its rows unpack to more than ${budget.most} bytes at once`);
    return unpack(packed, size);
  };
}

function columnsOf(batch: RecordBatch, arrow: Arrow): TableColumn[] {
  return batch.schema.fields.flatMap(({ name, type }, at) => {
    const vector = batch.getChildAt(at);
    const text = textOf(arrow.DataType.isDictionary(type) ? (type.dictionary as DataType) : type, arrow);
    if (vector === null || text === null) return [];
    const value = valueOf(vector, type, arrow);
    return [{ name, cell: (row: number) => text(value(row)) }];
  });
}

/** How a value of a column is read: times in ms. A column without empty cells is read from its array: the library takes its time. */
function valueOf(
  vector: Vector,
  type: DataType,
  { DataType, Precision, TimeUnit }: Arrow,
): (row: number) => unknown {
  const slow = (row: number): unknown => vector.get(row);
  if (vector.data.length !== 1 || vector.nullCount > 0) return slow;
  const values = vector.data[0]!.values as ArrayLike<number | bigint>;
  if (DataType.isInt(type) || (DataType.isFloat(type) && type.precision !== Precision.HALF))
    return (row) => values[row];
  if (!DataType.isTimestamp(type)) return slow;
  const unitsPerMs = {
    [TimeUnit.SECOND]: 1e-3,
    [TimeUnit.MILLISECOND]: 1,
    [TimeUnit.MICROSECOND]: 1e3,
    [TimeUnit.NANOSECOND]: 1e6,
  }[type.unit];
  return (row) => Number(values[row]) / unitsPerMs;
}

/** `null` for columns that no bar has: lists, structs. */
function textOf(
  type: DataType,
  { DataType, DateUnit, Precision }: Arrow,
): ((value: unknown) => number | string) | null {
  if (DataType.isTimestamp(type)) {
    const text = instantText(type.timezone ?? null);
    return given((value) => text(Number(value)));
  }
  if (DataType.isDate(type))
    return type.unit === DateUnit.DAY
      ? given((value) => dayText(Number(value) / 86_400_000))
      : given((value) => instantText(null)(Number(value)));
  if (DataType.isFloat(type) && type.precision !== Precision.DOUBLE)
    return given((value) => singleNumber(value as number));
  if (DataType.isFloat(type) || DataType.isInt(type)) return given(Number);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type))
    return given((value) => quoted(String(value)));
  if (DataType.isDecimal(type)) return given((value) => decimalText(value as Uint32Array, type.scale));
  return null;
}

function given<T extends number | string>(text: (value: unknown) => T): (value: unknown) => T | string {
  return (value) => (value === null || value === undefined ? '' : text(value));
}

/** @param words of a number with sign, the lowest first */
function decimalText(words: Uint32Array, scale: number): string {
  const whole = words.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);
  const value = BigInt.asIntN(32 * words.length, whole);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const cut = digits.length - scale;
  return `${value < 0n ? '-' : ''}${digits.slice(0, cut)}${scale > 0 ? `.${digits.slice(cut)}` : ''}`;
}
