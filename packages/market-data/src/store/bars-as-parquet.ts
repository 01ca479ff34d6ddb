import type { SchemaElement } from 'hyparquet';
import { COLUMN_NAMES } from '../bars-columns.js';
import { BAR_COLUMNS } from '../bars-header.js';
import type { Bars } from '../bars.js';
import { DAY_MS } from '../timestamp.js';

/** Rows of a row group. Encoding one holds the event loop for some milliseconds. */
const GROUP_ROWS = 20_000;

/**
 * Bars as a Parquet file with the columns of a bars file. A timestamp is an instant in UTC; that of a daily or weekly bar is a date.
 *
 * @param comments of the bars file: the key `comments` of the file has them
 */
export async function* barsAsParquet(bars: Bars, comments: readonly string[]): AsyncGenerator<Buffer> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const writer = new ByteWriter();
  const take = (): Buffer => {
    const bytes = Buffer.from(writer.getBytes());
    writer.index = 0;
    return bytes;
  };
  const hasDates = bars.timeframe === '1d' || bars.timeframe === '1w';
  const parquet = new ParquetWriter({
    writer,
    schema: schemaOf(hasDates),
    kvMetadata: comments.length === 0 ? [] : [{ key: 'comments', value: comments.join('\n') }],
    createdBy: 'ktrdr',
  });
  for (let from = 0; from < bars.length; from += GROUP_ROWS) {
    const columnData = COLUMN_NAMES.map((name, at) => {
      const values = bars[name].subarray(from, from + GROUP_ROWS);
      return { name: BAR_COLUMNS[at]!, data: name === 'time' ? timesOf(values, hasDates) : values };
    });
    await parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
    yield take();
  }
  await parquet.finish();
  yield take();
}

function timesOf(times: Float64Array, hasDates: boolean): Int32Array | BigInt64Array {
  return hasDates ? Int32Array.from(times, (time) => time / DAY_MS) : BigInt64Array.from(times, BigInt);
}

function schemaOf(hasDates: boolean): SchemaElement[] {
  const time: Partial<SchemaElement> = hasDates
    ? { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }
    : {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      };
  return [
    { name: 'bars', num_children: BAR_COLUMNS.length },
    ...BAR_COLUMNS.map((name, at): SchemaElement => {
      const type: Partial<SchemaElement> = at === 0 ? time : { type: 'DOUBLE' };
      return { name, repetition_type: 'REQUIRED', ...type };
    }),
  ];
}
