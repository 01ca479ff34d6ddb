import type { AsyncBuffer, ColumnChunk } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';

/** Thrift fields of a page header, with the number of values in the three kinds of pages. */
interface PageHeader {
  /** Bytes of the page. */
  field_3?: number;
  /** Unpacked bytes of the page. */
  field_2?: number;
  field_5?: { field_1?: number };
  field_7?: { field_1?: number };
  field_8?: { field_1?: number };
}

/**
 * Checks the page headers of a column. The reader makes room for the values that a header names before it reads them, so a damaged one
 * could fill the memory.
 *
 * @param rows of the row group
 * @param mostBytes unpacked bytes that a page may have
 * @throws Error if a page names more values than the row group has, or its bytes are not in the file
 */
export async function checkParquetPages(
  file: AsyncBuffer,
  { meta_data: meta }: ColumnChunk,
  rows: number,
  mostBytes: number,
): Promise<void> {
  if (meta === undefined) throw new Error('a column has no description');
  const from = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  const start = Math.min(from, Number(meta.data_page_offset));
  const bytes = await file.slice(start, start + Number(meta.total_compressed_size));
  const reader = { view: new DataView(bytes), offset: 0 };
  let values = 0;
  while (reader.offset < bytes.byteLength && values < rows) {
    const header = deserializeTCompactProtocol(reader) as PageHeader;
    const { field_2: unpacked = -1, field_3: packed = -1 } = header;
    const inPage = header.field_5?.field_1 ?? header.field_8?.field_1 ?? 0;
    const inDictionary = header.field_7?.field_1 ?? 0;
    values += inPage;
    if (unpacked < 0 || packed < 0 || inPage < 0 || unpacked > mostBytes)
      throw new Error(`a page of ${meta.path_in_schema.join('.')} has ${unpacked} bytes`);
    if (values > rows || inDictionary < 0 || inDictionary > rows)
      throw new Error(`the pages of ${meta.path_in_schema.join('.')} have more values than there are rows`);
    reader.offset += packed;
  }
}
