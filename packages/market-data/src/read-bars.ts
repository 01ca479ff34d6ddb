import { createHash } from 'node:crypto';
import { type Clock, systemClock, type Timeframe } from '@ktrdr/contracts';
import type { OutsideFile } from '@ktrdr/files';
import { barsFileName, checkedSymbol, checkedTimeframe } from './bars-file.js';
import { type BarsName, openBarsFile } from './bars-access.js';
import { BarsParser } from './bars-parser.js';
import type { Bars } from './bars.js';
import { cacheBars, readCachedBars } from './cache/cached-bars.js';
import { factsOf } from './fingerprint.js';

/** Bytes read at once. A line must not be longer. */
const CHUNK_BYTES = 1 << 18;
/**
 * Bars, and the SHA-256 of the bytes they were parsed from. Both come from one read, so a file that is replaced
 * meanwhile cannot mix them up.
 */
export interface FingerprintedBars extends Bars {
  sha256: string;
}

/**
 * Reads and checks `dataDir/{symbol}_{timeframe}.csv`. The file is streamed: one chunk is in memory beside the bars,
 * and the event loop runs between chunks.
 *
 * The format: UTF-8 (a byte order mark, CRLF and blank lines are accepted), leading `#` comment lines, a header, then
 * one bar per line in ascending order of time. The header names `timestamp,open,high,low,close,volume` in any order and
 * case; other columns are ignored. Fields may be quoted (RFC 4180) but must not contain line breaks.
 *
 * With a `stateDir`, the columns are cached there by fingerprint: the next reader of the same bytes gets the same bars without parsing.
 *
 * Throws `invalid_name`, `bars_not_found`, and `bars_invalid` with up to twenty problems (`AAPL_1h.csv:123: high 1.2 is
 * below low 1.3`; `details` is `BarsProblems`).
 */
export async function readBars(
  name: BarsName,
  clock: Pick<Clock, 'now'> = systemClock,
): Promise<FingerprintedBars> {
  const symbol = checkedSymbol(name.symbol);
  const timeframe = checkedTimeframe(name.timeframe);
  const { stateDir } = name;
  const opened = await openBarsFile(name);
  try {
    if (stateDir === undefined) return await parse(opened, symbol, timeframe);
    const { sha256 } = await factsOf(opened, stateDir, clock);
    const cached = await readCachedBars(stateDir, { sha256, timeframe }, clock);
    if (cached !== null)
      return { symbol, timeframe, ...cached, file: barsFileName(symbol, timeframe), sha256 };
    const bars = await parse(opened, symbol, timeframe);
    await cacheBars(stateDir, bars, clock);
    return bars;
  } finally {
    await opened.close();
  }
}

async function parse(opened: OutsideFile, symbol: string, timeframe: Timeframe): Promise<FingerprintedBars> {
  const parser = new BarsParser({
    symbol,
    timeframe,
    file: barsFileName(symbol, timeframe),
    bytes: opened.size,
  });
  const sha256 = await feed(parser, opened);
  return { ...parser.finish(), sha256 };
}

/** Feeds a file to a parser until the file or the parser ends. Returns the SHA-256 of the bytes read. */
export async function feed(parser: BarsParser, file: Pick<OutsideFile, 'readNext'>): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let kept = 0;
  while (!parser.ended) {
    const bytesRead = await file.readNext(buffer, kept, CHUNK_BYTES - kept);
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
