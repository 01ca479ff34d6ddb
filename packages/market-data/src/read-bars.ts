import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { barsFileName, checkedSymbol, checkedTimeframe } from './bars-file.js';
import { type BarsName, openBarsFile } from './bars-access.js';
import { BarsParser } from './bars-parser.js';
import type { Bars } from './bars.js';

/** Read at once; also the longest line. */
const CHUNK_BYTES = 1 << 18;
/** A typical line: only a first guess at the number of rows, and not for a huge file that may be no bars at all. */
const TYPICAL_LINE_BYTES = 48;
const MOST_ROWS_GUESSED = 4_000_000;

/** Bars, and the SHA-256 of the very bytes that they were read from: a file that is replaced meanwhile belongs to other bars. */
export interface FingerprintedBars extends Bars {
  sha256: string;
}

/**
 * Reads and checks `dataDir/{symbol}_{timeframe}.csv`, streamed: beside the bars themselves it needs one chunk of memory,
 * and the event loop turns between chunks.
 *
 * The file: UTF-8 (a byte order mark, CRLF and blank lines do not matter), leading `#` comment lines, a header that
 * names `timestamp,open,high,low,close,volume` in any order and case beside others, then one bar a line in ascending order.
 * Fields may be in double quotes (RFC 4180), but not contain line breaks.
 *
 * Throws `invalid_name`, `bars_not_found`, and `bars_invalid` with up to twenty problems
 * (`AAPL_1h.csv:123: high 1.2 is below low 1.3`; `details` is `BarsProblems`).
 */
export async function readBars(name: BarsName): Promise<FingerprintedBars> {
  const symbol = checkedSymbol(name.symbol);
  const timeframe = checkedTimeframe(name.timeframe);
  const handle = await openBarsFile(name);
  try {
    const { size } = await handle.stat();
    const capacity = Math.min(Math.ceil(size / TYPICAL_LINE_BYTES), MOST_ROWS_GUESSED);
    const parser = new BarsParser({ symbol, timeframe, file: barsFileName(symbol, timeframe), capacity });
    const sha256 = await feed(parser, handle);
    return { ...parser.finish(), sha256 };
  } finally {
    await handle.close();
  }
}

/** Feeds a whole file to a parser, or as much as the parser wants. Gives the SHA-256 of what it read. */
export async function feed(parser: BarsParser, handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let kept = 0;
  while (!parser.ended) {
    const { bytesRead } = await handle.read(buffer, kept, CHUNK_BYTES - kept);
    const filled = kept + bytesRead;
    hash.update(buffer.subarray(kept, filled));
    if (bytesRead === 0) {
      if (kept > 0) parser.pushLine(buffer, 0, kept);
      break;
    }
    const consumed = parser.push(buffer, filled);
    kept = filled - consumed;
    if (kept === CHUNK_BYTES) {
      parser.refuseLongLine(buffer);
      break;
    }
    buffer.copyWithin(0, consumed, filled);
  }
  return hash.digest('hex');
}
