import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DEFAULT_SEED, KtrdrError, type SampleDataResponse, type Timeframe } from '@ktrdr/contracts';
import { barsFileName, checkedSymbol, checkedTimeframe } from '../bars-file.js';
import { type DateRange, parseDateRange } from '../date-range.js';
import { selectRange } from '../select-range.js';
import { BarsFileWriter } from '../store/bars-file-writer.js';
import { sourcesFile, sourcesWith } from '../store/bars-sources.js';
import { BarsTransaction } from '../store/bars-transaction.js';
import type { BarColumns } from '../store/merge-bars.js';
import { refuseOtherCase } from '../store/other-case.js';
import { DAY_MS, formatBarTime, formatDate } from '../timestamp.js';
import type { Bar } from './bar.js';
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
  /** Time of the request, ISO 8601, which is kept as the origin of the file. Default: no origin is kept. */
  at?: string | undefined;
}

/**
 * Writes sample bars: the real S&P 500 for `SP500 1d`, deterministic synthetic bars for anything else. The first line
 * of a synthetic file says that it is synthetic. The file appears whole or not at all; an existing file is kept unless
 * `overwrite` is set.
 *
 * Throws `invalid_name`, `invalid_date`, `invalid_date_range`, `no_bars_in_range`, `bars_exist`, `import_conflict` (a symbol that differs
 * only in case), `disk_full`, `storage_failed`.
 */
export async function writeSampleBars(request: SampleBarsRequest): Promise<SampleDataResponse> {
  const symbol = checkedSymbol(request.symbol);
  const timeframe = checkedTimeframe(request.timeframe);
  const range = parseDateRange(request.startDate, request.endDate);
  if (isSp500(symbol, timeframe)) {
    const { bars, source } = await readSp500();
    const selected = selectRange(bars, { ...range, history: 0 }).bars;
    return writeBars(request, symbol, timeframe, source, [selected], source);
  }
  const seed = request.seed ?? DEFAULT_SEED;
  const synthetic = { symbol, timeframe, ...syntheticRange(range, timeframe), seed };
  checkCount(synthetic);
  const comment = `synthetic bars, not market data: ${symbol} ${timeframe}, seed ${seed}`;
  return writeBars(request, symbol, timeframe, comment, columnsOf(syntheticBars(synthetic)), null);
}

async function writeBars(
  { dataDir, overwrite = false, at }: SampleBarsRequest,
  symbol: string,
  timeframe: Timeframe,
  comment: string,
  batches: Iterable<BarColumns>,
  source: string | null,
): Promise<SampleDataResponse> {
  const file = barsFileName(symbol, timeframe);
  return BarsTransaction.run(dataDir, `writing ${file}`, undefined, async (transaction) => {
    await refuseOtherCase(dataDir, [{ symbol }]);
    if (!overwrite && (await exists(join(dataDir, file)))) throw barsExist(dataDir, file);
    let [first, last, days] = [NaN, NaN, 0];
    const path = await transaction.stage(file);
    const { sha256, rows } = await BarsFileWriter.write(
      path,
      { timeframe, comments: [`# ${comment}`] },
      async (writer) => {
        for (const bars of batches) {
          if (bars.length > 0) {
            if (Number.isNaN(first)) first = bars.time[0]!;
            last = bars.time[bars.length - 1]!;
            await writer.add(bars, 0, bars.length);
          }
          if (++days % DAYS_PER_TURN === 0) await setImmediate();
        }
      },
    );
    if (rows === 0) throw noTradingDay(symbol, timeframe);
    const range = { first: formatBarTime(first, timeframe), last: formatBarTime(last, timeframe) };
    if (at !== undefined) {
      const origin = { kind: 'sample', from: comment, sha256: null, profile: null, at, rows } as const;
      const text = sourcesWith(null, { sha256, rows, ...range }, origin);
      await transaction.stageText(sourcesFile(file), text);
    } else transaction.remove(sourcesFile(file));
    return {
      symbol,
      timeframe,
      file,
      path: resolve(dataDir, file),
      rows,
      ...range,
      synthetic: source === null,
      source,
    };
  });
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function barsExist(dataDir: string, file: string): KtrdrError {
  return new KtrdrError(
    'bars_exist',
    `${file} already exists in ${dataDir} and was not changed. To replace it, set overwrite (--overwrite).`,
    { details: { file } },
  );
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

/** Bars of one day as columns. */
function* columnsOf(batches: Iterable<Bar[]>): Generator<BarColumns, void> {
  for (const bars of batches) {
    const column = (name: keyof Bar): Float64Array => Float64Array.from(bars, (bar) => bar[name]);
    yield {
      time: column('time'),
      open: column('open'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
      volume: column('volume'),
      length: bars.length,
    };
  }
}
