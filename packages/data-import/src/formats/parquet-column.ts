import type { DecodedArray, SchemaElement, SchemaTree } from 'hyparquet';
import { checkDelta, checkRuns, isOneRun } from './check-encoded.js';
import { checkThrift } from './check-thrift.js';
import type { Unpack } from './unpack.js';

/** Unpacked bytes of a page. Writers make pages of 1 MB, a few one page for all rows. */
const MOST_PAGE_BYTES = 2 ** 28;
/** Bytes of a value of fixed length: a decimal number has 16. */
const MOST_FIXED_BYTES = 64;
const ENCODINGS =
  /^(PLAIN|PLAIN_DICTIONARY|RLE_DICTIONARY|DELTA_BINARY_PACKED|DELTA_LENGTH_BYTE_ARRAY|BYTE_STREAM_SPLIT)$/;
/** Times and days stay numbers: an object for each would take most of the memory. */
const PARSERS = {
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos / 1000n) / 1e3,
  dateFromDays: Number,
};

/** Pages of a column in a row group, and how they are written. */
export interface ColumnPages {
  /** From the first page on. */
  bytes: Uint8Array;
  name: string;
  codec: string;
  /** Number of rows of the group. */
  rows: number;
  schemaPath: SchemaTree[];
}

type Library = Awaited<ReturnType<typeof parquetLibrary>>;
type ColumnDecoder = Parameters<Library['readPage']>[2];
type PageHeader = ReturnType<Library['parquetHeader']>;
type DataPage = ReturnType<Library['readDataPage']>;
/** Values of a column: numbers, with NaN for none, or texts. */
export type ColumnValues = Float64Array | (string | undefined)[];

/** The parts of the library that read one page. They load with the first Parquet file. */
export async function parquetLibrary() {
  const [column, page, converted, plain] = await Promise.all([
    import('hyparquet/src/column.js'),
    import('hyparquet/src/datapage.js'),
    import('hyparquet/src/convert.js'),
    import('hyparquet/src/plain.js'),
  ]);
  return { ...column, ...page, ...converted, ...plain };
}

/** True if a column has numbers, times or texts. */
export function isReadable({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): boolean {
  if (type === 'BYTE_ARRAY')
    return converted === undefined
      ? logical === undefined || logical.type === 'STRING'
      : /^(UTF8|ENUM|DECIMAL)$/.test(converted);
  if (type === 'FIXED_LEN_BYTE_ARRAY')
    return converted === 'DECIMAL' || logical?.type === 'DECIMAL' || logical?.type === 'FLOAT16';
  return type !== undefined && type !== 'BOOLEAN';
}

/**
 * Reads a column of a row group, one page after the other. The library allocates memory for the size that a page claims, so everything that it
 * would believe is compared with the bytes first.
 *
 * @throws Error if the pages are damaged
 */
export function readParquetColumn(
  column: ColumnPages,
  library: Library,
  unpackers: ReadonlyMap<string, Unpack>,
): ColumnValues {
  const { bytes, name, rows, schemaPath, codec } = column;
  const { element } = schemaPath.at(-1)!;
  const isText = element.type === 'BYTE_ARRAY';
  const values: ColumnValues = isText ? Array.from<string>({ length: rows }) : new Float64Array(rows);
  const unpack = unpackers.get(codec);
  if (unpack === undefined) throw new Error(`column ${name} is packed with ${codec}`);
  if (isText && element.converted_type === 'DECIMAL')
    throw new Error(`column ${name} has decimal numbers as texts`);
  if ((element.type_length ?? 0) > MOST_FIXED_BYTES)
    throw new Error(`column ${name} has values of ${element.type_length} bytes`);
  const decoder = {
    pathInSchema: [name],
    element,
    schemaPath,
    type: element.type!,
    codec: 'UNCOMPRESSED',
    parsers: { ...library.DEFAULT_PARSERS, ...PARSERS } as never,
  } satisfies ColumnDecoder;
  let dictionary: DecodedArray | undefined;
  let filled = 0;
  for (let at = 0; filled < rows;) {
    const start = checkThrift(bytes, at);
    const header = library.parquetHeader({ view: viewOf(bytes), offset: at });
    const { compressed_page_size: packedSize, uncompressed_page_size: size } = header;
    at = start + packedSize;
    if (!(packedSize >= 0 && at <= bytes.length && size >= 0 && size <= MOST_PAGE_BYTES))
      throw new Error(`a page of ${name} has ${packedSize} and ${size} bytes`);
    const packed = bytes.subarray(start, at);
    if (header.type === 'INDEX_PAGE') continue;
    if (header.type === 'DICTIONARY_PAGE') {
      const count = header.dictionary_page_header?.num_values ?? -1;
      const page = unpacked(packed, size, unpack);
      checkCount(name, count, rows, element, page.length);
      const reader = { view: viewOf(page), offset: 0 };
      const plain = library.readPlain(reader, decoder.type, count, element.type_length);
      dictionary = plainValues(library, plain, decoder);
      continue;
    }
    const page = checkedPage(column, header, packed, rows - filled, unpack);
    const { definitionLevels, dataPage } = page.read(library, decoder);
    const isIndex = page.encoding.endsWith('_DICTIONARY');
    if (isIndex && dictionary === undefined) throw new Error(`column ${name} has no dictionary`);
    const found = isIndex ? dataPage : plainValues(library, dataPage, decoder);
    place(
      values,
      { from: filled, count: page.count, found, dictionary: isIndex ? dictionary : undefined },
      definitionLevels,
    );
    filled += page.count;
  }
  return values;
}

interface PageValues {
  /** Row of the first value. */
  from: number;
  count: number;
  found: DecodedArray;
  /** If the values are indices of it. */
  dictionary: DecodedArray | undefined;
}

/** Puts the values of a page into those of the column. A row with the level 0 has none. */
function place(
  values: ColumnValues,
  { from, count, found, dictionary }: PageValues,
  levels: ArrayLike<number> | undefined,
): void {
  const hasLevels = levels !== undefined && levels.length > 0;
  const isText = Array.isArray(values);
  for (let row = 0, next = 0; row < count; row++) {
    if (hasLevels && levels[row] === 0) {
      if (!isText) values[from + row] = NaN;
      continue;
    }
    const one = found[next++] as number;
    const value = (dictionary === undefined ? one : dictionary[one]) as number | string | undefined;
    if (value === undefined) throw new Error('a page refers to a value that is not there');
    if (isText) values[from + row] = value as string;
    else values[from + row] = value as number;
  }
}

/** Values as numbers or texts, times in ms. */
function plainValues(library: Library, data: DecodedArray, decoder: ColumnDecoder): DecodedArray {
  const { converted_type: converted, logical_type: logical } = decoder.element;
  if (!(data instanceof BigInt64Array) || converted === 'DECIMAL' || logical?.type === 'DECIMAL')
    return library.convert(data, decoder);
  const unit = logical?.type === 'TIMESTAMP' ? logical.unit : converted;
  const perMs = unit === 'MICROS' || unit === 'TIMESTAMP_MICROS' ? 1e3 : unit === 'NANOS' ? 1e6 : 1;
  const isUnsigned = converted === 'UINT_64';
  // each element of an array of large integers would be an object
  const [low, high] = [
    new Uint32Array(data.buffer, data.byteOffset),
    new Int32Array(data.buffer, data.byteOffset),
  ];
  const numbers = new Float64Array(data.length);
  for (let at = 0; at < numbers.length; at++) {
    const top = high[2 * at + 1]!;
    numbers[at] = ((isUnsigned ? top >>> 0 : top) * 2 ** 32 + low[2 * at]!) / perMs;
  }
  return numbers;
}

/** The values of a page that hold no more than they should. */
interface CheckedPage {
  count: number;
  encoding: string;
  read: (library: Library, decoder: ColumnDecoder) => DataPage;
}

/** Unpacks a page, and compares its levels and runs with its numbers of values. */
function checkedPage(
  { name, schemaPath }: ColumnPages,
  header: PageHeader,
  packed: Uint8Array,
  rows: number,
  unpack: Unpack,
): CheckedPage {
  const { element } = schemaPath.at(-1)!;
  const mayBeEmpty = element.repetition_type !== 'REQUIRED';
  const { data_page_header: first, data_page_header_v2: second, uncompressed_page_size: size } = header;
  if (header.type === 'DATA_PAGE' && first !== undefined) {
    const { num_values: count, encoding } = first;
    const page = unpacked(packed, size, unpack);
    checkCount(name, count, rows, null, 0);
    const end = mayBeEmpty && count > 0 ? 4 + viewOf(page).getUint32(0, true) : 0;
    if (end > page.length) throw new Error(`a page of ${name} is cut off`);
    const levels = page.subarray(Math.min(4, end), end);
    if (end > 0) checkRuns(levels, 1, count);
    const values = page.subarray(end);
    checkValues(name, values, encoding, { count, rows, element });
    const isFull = end === 0 || isOneRun(levels, count);
    return {
      count,
      encoding,
      read: (library, decoder) =>
        isFull
          ? library.readDataPage(values, first, required(decoder))
          : library.readDataPage(page, first, decoder),
    };
  }
  if (header.type !== 'DATA_PAGE_V2' || second === undefined)
    throw new Error(`column ${name} has a page of an unknown type`);
  const { num_values: count, num_nulls: nulls, encoding, definition_levels_byte_length: levelBytes } = second;
  if (
    second.repetition_levels_byte_length !== 0 ||
    !(levelBytes >= 0 && levelBytes <= Math.min(packed.length, size)) ||
    !(nulls >= 0 && nulls <= count)
  )
    throw new Error(`a page of ${name} has wrong lengths`);
  checkCount(name, count, rows, null, 0);
  const levels = packed.subarray(0, levelBytes);
  if (mayBeEmpty && nulls > 0) checkRuns(levels, 1, count);
  const rest = packed.subarray(levelBytes);
  const values = second.is_compressed === false ? rest : unpacked(rest, size - levelBytes, unpack);
  checkValues(name, values, encoding, { count: count - nulls, rows, element });
  const isFull = !mayBeEmpty || nulls === 0;
  const bytes = isFull ? values : Buffer.concat([levels, values]);
  const plainHeader: PageHeader = {
    ...header,
    uncompressed_page_size: bytes.length,
    data_page_header_v2: {
      ...second,
      is_compressed: false,
      definition_levels_byte_length: isFull ? 0 : levelBytes,
    },
  };
  return {
    count,
    encoding,
    read: (library, decoder) =>
      library.readDataPageV2(bytes, plainHeader, isFull ? required(decoder) : decoder),
  };
}

/** The column as one without empty cells: the library then makes no list of levels. */
function required(decoder: ColumnDecoder): ColumnDecoder {
  const [root] = decoder.schemaPath;
  return { ...decoder, schemaPath: [root!] };
}

function checkValues(
  name: string,
  bytes: Uint8Array,
  encoding: string,
  { count, rows, element }: { count: number; rows: number; element: SchemaElement },
): void {
  // a text that repeats the one before it could grow without end
  if (!ENCODINGS.test(encoding)) throw new Error(`column ${name} has the encoding ${encoding}`);
  checkCount(name, count, rows, encoding === 'BYTE_STREAM_SPLIT' ? element : null, bytes.length);
  if (encoding.endsWith('_DICTIONARY')) {
    // the first byte is the width; with empty cells, there are fewer values than rows
    const width = bytes[0] ?? 0;
    if (width > 0) checkRuns(bytes.subarray(1), width, count);
  } else if (encoding.startsWith('DELTA_')) checkDelta(bytes);
}

/** @param element its values have a fixed length, and all are in the bytes; `null` otherwise */
function checkCount(
  name: string,
  count: number,
  rows: number,
  element: SchemaElement | null,
  bytes: number,
): void {
  const width = element === null ? 0 : element.type === 'BYTE_ARRAY' ? 4 : (element.type_length ?? 4);
  if (!(count >= 0 && count <= rows && count * width <= bytes))
    throw new Error(`a page of ${name} has ${count} values, more than the rows or its bytes`);
}

function unpacked(packed: Uint8Array, size: number, unpack: Unpack): Uint8Array {
  if (size === 0) return new Uint8Array();
  const page = unpack(packed, size);
  if (page.length !== size) throw new Error(`a page has ${page.length} bytes instead of ${size}`);
  return page;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
