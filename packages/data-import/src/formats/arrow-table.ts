import { open } from 'node:fs/promises';
import type { DataType, RecordBatch, Vector } from 'apache-arrow';
import { importError } from '../bytes/import-error.js';
import type { PackedFile } from '../bytes/packed-file.js';
import { damagedTable } from './damaged-table.js';
import { dayText, instantText } from './instant-text.js';
import { unpackLz4Frame } from './lz4-frame.js';
import {
  numberText,
  quoted,
  singleText,
  type TableBatch,
  type TableColumn,
  tableText,
} from './table-text.js';

/** The whole file is in memory while it is read. */
const MOST_BYTES = 2 ** 30;
/** Bars do not pack better than this. */
const MOST_ROWS_PER_BYTE = 64;

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
        yield* tableText(batchesOf(bytes, (read) => (bytesRead = read)));
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
  const { decompressZstd } = await import('hyparquet-compressors');
  const { compressionRegistry, CompressionType, RecordBatchReader } = arrow;
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: unpackLz4Frame });
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (packed) => Uint8Array.from(decompressZstd(packed)),
  });
  let seen = false;
  for (const batch of RecordBatchReader.from(bytes)) {
    seen = true;
    if (!(batch.numRows <= bytes.length * MOST_ROWS_PER_BYTE))
      throw new Error(`it names ${batch.numRows} rows`);
    yield { rows: batch.numRows, columns: columnsOf(batch, arrow) };
    onBatch(bytes.length);
  }
  if (!seen) throw new Error('it has no rows');
}

function columnsOf(batch: RecordBatch, arrow: Arrow): TableColumn[] {
  return batch.schema.fields.flatMap(({ name, type }, at) => {
    const values = batch.getChildAt(at) as Vector | null;
    const text = textOf(arrow.DataType.isDictionary(type) ? (type.dictionary as DataType) : type, arrow);
    if (values === null || text === null) return [];
    return [{ name, cell: (row: number) => text(values.get(row) as unknown) }];
  });
}

/** `null` for columns that no bar has: lists, structs. */
function textOf(
  type: DataType,
  { DataType, DateUnit, Precision }: Arrow,
): ((value: unknown) => string) | null {
  if (DataType.isTimestamp(type)) {
    const text = instantText(type.timezone ?? null);
    return given((value) => text(Number(value)));
  }
  if (DataType.isDate(type))
    return type.unit === DateUnit.DAY
      ? given((value) => dayText(Number(value) / 86_400_000))
      : given((value) => instantText(null)(Number(value)));
  if (DataType.isFloat(type))
    return (value) => (type.precision === Precision.DOUBLE ? numberText : singleText)(value as number | null);
  if (DataType.isInt(type)) return (value) => numberText(value as number | bigint | null);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type))
    return given((value) => quoted(String(value)));
  if (DataType.isDecimal(type)) return given((value) => decimalText(value as Uint32Array, type.scale));
  return null;
}

function given(text: (value: unknown) => string): (value: unknown) => string {
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
