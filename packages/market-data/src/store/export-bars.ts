import { Readable } from 'node:stream';
import type { ExportFormat } from '@ktrdr/contracts';
import { type BarsName, openBarsFile } from '../bars-access.js';
import { barsFileName } from '../bars-file.js';
import type { DateRange } from '../date-range.js';
import type { Bars } from '../bars.js';
import { readBars } from '../read-bars.js';
import { selectRange } from '../select-range.js';
import { barsAsParquet } from './bars-as-parquet.js';
import { readBarsFileHead } from './bars-file-head.js';
import { barsFileHead } from './bars-file-writer.js';
import { BarsText } from './bars-text.js';

const CHUNK_BYTES = 1 << 18;

/** Bars as a file. */
export interface ExportedBars {
  /** Base name of the file. */
  file: string;
  /** Size, if it is known. */
  bytes: number | null;
  /** Its end, error and destruction close the file. */
  stream: Readable;
}

/**
 * The bars of a symbol and timeframe as CSV or Parquet. CSV without a range is the file byte by byte, with its fingerprint; with a range,
 * the bars that open inside it, after the comment lines of the file.
 *
 * @throws KtrdrError `invalid_name`, `bars_not_found`, `bars_invalid`, `no_bars_in_range`
 */
export async function exportBars(
  name: BarsName,
  range: DateRange = {},
  format: ExportFormat = 'csv',
): Promise<ExportedBars> {
  const file = barsFileName(name.symbol, name.timeframe);
  if (format === 'csv' && range.start === undefined && range.end === undefined) {
    const opened = await openBarsFile(name);
    return { file, bytes: opened.size, stream: opened.stream() };
  }
  const { bars } = selectRange(await readBars(name), { ...range, history: 0 });
  const { comments } = await readBarsFileHead(name);
  if (format === 'parquet') {
    const stream = Readable.from(barsAsParquet(bars, comments), { objectMode: false });
    return { file: file.replace(/csv$/, 'parquet'), bytes: null, stream };
  }
  return { file, bytes: null, stream: Readable.from(linesOf(bars, comments), { objectMode: false }) };
}

function* linesOf(bars: Bars, comments: readonly string[]): Generator<Buffer, void> {
  yield barsFileHead(comments);
  const text = new BarsText(bars.timeframe, CHUNK_BYTES);
  for (let row = 0; row < bars.length; row++) {
    // the stream keeps the bytes until they are sent
    if (text.isFull) yield Buffer.from(text.take());
    text.add(
      bars.time[row]!,
      bars.open[row]!,
      bars.high[row]!,
      bars.low[row]!,
      bars.close[row]!,
      bars.volume[row]!,
    );
  }
  yield text.take();
}
