import { TIMEFRAME_MS, TIMEFRAMES, oneLine, truncate, type DataSource } from '@ktrdr/contracts';
import type { BarsPage, BarsRequest, BarsSource } from '../bars-source.js';
import type { SourceSession } from '../http/source-session.js';
import { columnsOf, numberIn, type BarRow } from './columns.js';

/** The exchange keeps no more bars of a timeframe. */
const PAGE_BARS = 720;
/** Columns of a bar: time (s), open, high, low, close, vwap, volume, count. */
const COLUMNS = 8;

/** `GET /0/public/OHLC` of Kraken. It sends the newest 720 bars only. Source: Kraken's "Get OHLC Data". */
export class KrakenSource implements BarsSource {
  readonly description: DataSource;
  readonly pageBars = PAGE_BARS;
  readonly neverCloses = true;
  readonly knowsItsBeginning = true;

  constructor(
    name: string,
    private readonly url: string,
    others: Pick<DataSource, 'terms' | 'requests_per_minute'>,
  ) {
    const hosts = [new URL(url).hostname];
    this.description = { name, kind: 'kraken', hosts, timeframes: [...TIMEFRAMES], ...others };
  }

  async *bars(
    { symbol, timeframe, from }: BarsRequest,
    session: SourceSession,
  ): AsyncGenerator<BarsPage, void> {
    const url = new URL(`${this.url}/0/public/OHLC`);
    url.search = new URLSearchParams({
      pair: symbol,
      interval: String(TIMEFRAME_MS[timeframe] / 60_000),
      // it sends the bars after this time
      since: String(Math.max(0, Math.floor((from ?? 0) / 1000) - 1)),
    }).toString();
    const { json, sentAt } = await session.getJson(url);
    const { error, result } = (json ?? {}) as { error?: unknown; result?: Record<string, unknown> };
    if (Array.isArray(error) && error.length > 0)
      throw session.refused(`it refused the request: ${truncate(oneLine(error.join(', ')), 200)}`);
    const { last, ...pairs } = result ?? {};
    const [list, ...others] = Object.values(pairs);
    if (!Array.isArray(list) || others.length > 0)
      throw session.refused('its result is not the list of one pair');
    // the newest bar has not closed: "last" names the newest one that has
    const closed = list.map((bar) => rowOf(bar, session)).filter(([time]) => !(time > numberIn(last) * 1000));
    yield { bars: columnsOf(closed), sentAt };
  }
}

function rowOf(bar: unknown, session: SourceSession): BarRow {
  if (!Array.isArray(bar) || bar.length < COLUMNS)
    throw session.refused('a bar is not a list of its columns');
  const [time, open, high, low, close, , volume] = bar as unknown[];
  return [
    numberIn(time) * 1000,
    numberIn(open),
    numberIn(high),
    numberIn(low),
    numberIn(close),
    numberIn(volume),
  ];
}
