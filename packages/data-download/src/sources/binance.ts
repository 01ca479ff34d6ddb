import { TIMEFRAME_MS, TIMEFRAMES, type DataSource } from '@ktrdr/contracts';
import type { BarsPage, BarsRequest, BarsSource } from '../bars-source.js';
import type { SourceSession } from '../http/source-session.js';
import { columnsOf, numberIn, type BarRow } from './columns.js';

const PAGE_BARS = 1_000;
/** Columns of a kline: open time, open, high, low, close, volume, close time. */
const COLUMNS = 7;

/** `GET /api/v3/klines` of Binance and of exchanges with the same interface. Source: Binance's "Kline/Candlestick data". */
export class BinanceSource implements BarsSource {
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
    this.description = { name, kind: 'binance', hosts, timeframes: [...TIMEFRAMES], ...others };
  }

  async *bars(
    { symbol, timeframe, from, to }: BarsRequest,
    session: SourceSession,
  ): AsyncGenerator<BarsPage, void> {
    const url = new URL(`${this.url}/api/v3/klines`);
    const step = TIMEFRAME_MS[timeframe];
    for (let next = from ?? 0; next <= to;) {
      url.search = new URLSearchParams({
        // the exchange has no separator between the two currencies
        symbol: symbol.replace(/[/-]/, ''),
        interval: timeframe,
        startTime: String(next),
        endTime: String(to),
        limit: String(PAGE_BARS),
      }).toString();
      const { json, sentAt } = await session.getJson(url);
      if (!Array.isArray(json)) throw session.refused('its klines are not a list');
      if (json.length === 0) return;
      const bars = columnsOf(json.map((kline) => rowOf(kline, session)));
      yield { bars, sentAt };
      const newest = bars.time.reduce((most, time) => Math.max(most, time), -Infinity);
      if (!(newest >= next))
        throw session.refused(`it sent no bar from ${new Date(next).toISOString()} on, but older ones`);
      next = newest + step;
    }
  }
}

function rowOf(kline: unknown, session: SourceSession): BarRow {
  if (!Array.isArray(kline) || kline.length < COLUMNS)
    throw session.refused('a kline is not a list of its columns');
  const [time, open, high, low, close, volume] = kline as unknown[];
  return [numberIn(time), numberIn(open), numberIn(high), numberIn(low), numberIn(close), numberIn(volume)];
}
