import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DEFAULT_SEED, KtrdrError, type SampleDataResponse, type Timeframe } from '@ktrdr/contracts';
import { barsFileName, checkedSymbol, checkedTimeframe } from '../bars-file.js';
import type { Bars } from '../bars.js';
import { type DateRange, parseDateRange } from '../date-range.js';
import { selectRange } from '../select-range.js';
import { DAY_MS, formatBarTime, formatDate } from '../timestamp.js';
import type { Bar } from './bar.js';
import { BarsWriter } from './bars-writer.js';
import { isSp500, readSp500 } from './sp500.js';
import { type SyntheticBarsRequest, countSyntheticBars, syntheticBars } from './synthetic-bars.js';

/** Largest number of bars in a sample. */
export const MOST_SAMPLE_BARS = 2_000_000;

const FIRST_DATE = '1970-01-01';
const LAST_DATE = '2099-12-31';
const USUAL_LAST_DATE = '2024-12-31';
/** Trading days generated between two yields to the event loop: about ten milliseconds of work. */
const DAYS_PER_TURN = 64;

/** The sample to write, as the user requested it. */
export interface SampleBarsRequest {
  /** Created if it is missing. */
  dataDir: string;
  symbol: string;
  timeframe: string;
  /**
   * `2024-01-31` or ISO 8601; both ends are included. Synthetic bars default to the two years up to the end of 2024
   * (1d: ten years, 1w: twenty).
   */
  startDate?: string;
  endDate?: string;
  /** Each seed gives a different market. Default: `DEFAULT_SEED`. */
  seed?: number;
  /** Replace an existing file. Default: false. */
  overwrite?: boolean;
}

/**
 * Writes sample bars: the real S&P 500 for `SP500 1d`, deterministic synthetic bars for anything else. The first line
 * of a synthetic file says that it is synthetic. The file appears whole or not at all; an existing file is kept unless
 * `overwrite` is set.
 *
 * Throws `invalid_name`, `invalid_date`, `invalid_date_range`, `no_bars_in_range`, `bars_exist`, `disk_full`,
 * `storage_failed`.
 */
export async function writeSampleBars(request: SampleBarsRequest): Promise<SampleDataResponse> {
  const symbol = checkedSymbol(request.symbol);
  const timeframe = checkedTimeframe(request.timeframe);
  const range = parseDateRange(request.startDate, request.endDate);
  if (isSp500(symbol, timeframe)) {
    const { bars, source } = await readSp500();
    const selected = selectRange(bars, { ...range, history: 0 }).bars;
    return writeBars(request, symbol, timeframe, source, [barsOf(selected)], source);
  }
  const seed = request.seed ?? DEFAULT_SEED;
  const synthetic = { symbol, timeframe, ...syntheticRange(range, timeframe), seed };
  checkCount(synthetic);
  const comment = `synthetic bars, not market data: ${symbol} ${timeframe}, seed ${seed}`;
  return writeBars(request, symbol, timeframe, comment, syntheticBars(synthetic), null);
}

async function writeBars(
  { dataDir, overwrite = false }: SampleBarsRequest,
  symbol: string,
  timeframe: Timeframe,
  comment: string,
  batches: Iterable<Bar[]>,
  source: string | null,
): Promise<SampleDataResponse> {
  const file = barsFileName(symbol, timeframe);
  const writer = await BarsWriter.create({ dataDir, file, timeframe, comment, overwrite });
  try {
    let rows = 0;
    let first = NaN;
    let last = NaN;
    let days = 0;
    for (const bars of batches) {
      if (bars.length > 0) {
        if (rows === 0) first = bars[0]!.time;
        last = bars[bars.length - 1]!.time;
        rows += bars.length;
        await writer.write(bars);
      }
      if (++days % DAYS_PER_TURN === 0) await setImmediate();
    }
    if (rows === 0) throw noTradingDay(symbol, timeframe);
    await writer.commit();
    return {
      symbol,
      timeframe,
      file,
      path: resolve(dataDir, file),
      rows,
      first: formatBarTime(first, timeframe),
      last: formatBarTime(last, timeframe),
      synthetic: source === null,
      source,
    };
  } finally {
    await writer.close();
  }
}

function syntheticRange(range: DateRange, timeframe: Timeframe): { start: number; end: number } {
  const earliest = Date.parse(FIRST_DATE);
  const latest = Date.parse(LAST_DATE) + DAY_MS - 1;
  const years = timeframe === '1w' ? 20 : timeframe === '1d' ? 10 : 2;
  let { start, end } = range;
  if (start !== undefined) end ??= Math.min(latest, yearsLater(start, years) - 1);
  end ??= Date.parse(USUAL_LAST_DATE) + DAY_MS - 1;
  start ??= Math.max(earliest, yearsLater(end + 1, -years));
  if (start >= earliest && end <= latest) return { start, end };
  throw new KtrdrError(
    'invalid_date_range',
    `Synthetic bars go from ${FIRST_DATE} to ${LAST_DATE}; you requested ${formatDate(start)} to ${formatDate(end)}. Choose a start_date and an end_date inside that range.`,
  );
}

function yearsLater(time: number, years: number): number {
  const date = new Date(time);
  return date.setUTCFullYear(date.getUTCFullYear() + years);
}

function checkCount(request: SyntheticBarsRequest): void {
  const count = countSyntheticBars(request);
  if (count <= MOST_SAMPLE_BARS) return;
  const { symbol, timeframe, start, end } = request;
  throw new KtrdrError(
    'invalid_date_range',
    `${symbol} ${timeframe} from ${formatDate(start)} to ${formatDate(end)} has ${count.toLocaleString('en-US')} bars; ` +
      `a sample has at most ${MOST_SAMPLE_BARS.toLocaleString('en-US')}. Choose fewer days or a coarser timeframe.`,
    { details: { bars: count, limit: MOST_SAMPLE_BARS } },
  );
}

function noTradingDay(symbol: string, timeframe: Timeframe): KtrdrError {
  return new KtrdrError(
    'no_bars_in_range',
    `No ${timeframe} bar of ${symbol} opens between these dates: synthetic markets close at weekends and on holidays. Choose a longer range.`,
    { details: { symbol, timeframe } },
  );
}

function barsOf(bars: Bars): Bar[] {
  return Array.from(bars.time, (time, row) => ({
    time,
    open: bars.open[row]!,
    high: bars.high[row]!,
    low: bars.low[row]!,
    close: bars.close[row]!,
    volume: bars.volume[row]!,
  }));
}
