import { KtrdrError, TIMEFRAME_MS, TIMEFRAMES, type DataSource } from '@ktrdr/contracts';
import type { BarsPage, BarsRequest, BarsSource } from '../bars-source.js';
import { sentAt, type SourceSession } from '../http/source-session.js';
import { columnsOf, numberIn, type BarRow } from './columns.js';

/** Bars to ask for at once. Exchanges send fewer if this is more than they allow. */
const PAGE_BARS = 500;
/** Versions that the adapter was tried with. */
const CCXT_VERSION = '4.5.84';

/** What this adapter uses of an exchange of ccxt. */
interface CcxtExchange {
  timeframes?: Record<string, unknown>;
  /** Replaces `fetch`. */
  fetchImplementation: (url: string, options: FetchOptions) => Promise<Response>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<unknown[][]>;
}

interface FetchOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** The package, which is installed on demand. */
export type CcxtModule = Record<string, (new (options: object) => CcxtExchange) | undefined>;

/** Settings of an exchange of ccxt. */
export interface CcxtSettings {
  /** ccxt's name of the exchange. */
  exchange: string;
  /** The only hosts that are contacted. */
  hosts: string[];
  /** Options of ccxt's exchange. */
  options: Record<string, unknown>;
}

/**
 * Any exchange that ccxt knows. ccxt makes the requests and reads the responses; every connection goes through the session, so the host,
 * its address, the rate and the size are checked as for other sources. The package has 60 MB and is not installed with ktrdr.
 */
export class CcxtSource implements BarsSource {
  readonly description: DataSource;
  readonly pageBars = PAGE_BARS;
  readonly neverCloses = true;
  readonly knowsItsBeginning = false;

  constructor(
    name: string,
    private readonly settings: CcxtSettings,
    others: Pick<DataSource, 'terms' | 'requests_per_minute'>,
    private readonly load: () => Promise<CcxtModule> = loadCcxt,
  ) {
    const { hosts } = settings;
    this.description = { name, kind: 'ccxt', hosts, timeframes: [...TIMEFRAMES], ...others };
  }

  async *bars(
    { symbol, timeframe, from, to }: BarsRequest,
    session: SourceSession,
  ): AsyncGenerator<BarsPage, void> {
    const answered: { at: number | null } = { at: null };
    const exchange = await this.open(session, answered);
    if (exchange.timeframes !== undefined && !Object.hasOwn(exchange.timeframes, timeframe))
      throw session.refused(
        `it has no ${timeframe} bars; it has ${Object.keys(exchange.timeframes).join(', ')}`,
      );
    const step = TIMEFRAME_MS[timeframe];
    for (let next = from ?? 0; next <= to;) {
      const rows = await this.fetch(session, () => exchange.fetchOHLCV(symbol, timeframe, next, PAGE_BARS));
      const bars = columnsOf(rows.map((row) => rowOf(row, session)));
      if (bars.length > 0) yield { bars, sentAt: answered.at };
      const newest = bars.time.reduce((most, time) => Math.max(most, time), -Infinity);
      if (bars.length > 0 && !(newest >= next))
        throw session.refused(`it sent no bar from ${new Date(next).toISOString()} on, but older ones`);
      // some exchanges answer for a window only, and it may be empty
      next = bars.length > 0 ? newest + step : next + PAGE_BARS * step;
    }
  }

  private async open(session: SourceSession, answered: { at: number | null }): Promise<CcxtExchange> {
    const { exchange: id, options } = this.settings;
    const ccxt = await this.load();
    const Exchange = Object.hasOwn(ccxt, id) ? ccxt[id] : undefined;
    if (Exchange === undefined)
      throw new KtrdrError(
        'invalid_setting',
        `The source ${this.description.name} is set to the exchange ${id}, which ccxt does not know.`,
      );
    // the session keeps to the source's rate
    const exchange = new Exchange({ ...options, enableRateLimit: false });
    exchange.fetchImplementation = async (url, { method, headers, body }) => {
      const response = await session.request({ url: new URL(url), method, headers, body });
      answered.at = sentAt(response);
      return new Response(response.body.toString('utf8'), {
        status: response.status,
        headers: headersOf(response.headers),
      });
    };
    return exchange;
  }

  private async fetch<T>(session: SourceSession, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      session.signal.throwIfAborted();
      if (error instanceof KtrdrError) throw error;
      // ccxt's own errors name the exchange and the problem: BadSymbol, ExchangeError
      const { name, message } = error as Error;
      throw session.refused(`${name}: ${message}`.slice(0, 200), error);
    }
  }
}

/** The name is in a variable, so that nothing takes the package for a dependency. */
const PACKAGE = 'ccxt';

async function loadCcxt(): Promise<CcxtModule> {
  try {
    const { default: ccxt } = (await import(PACKAGE)) as { default: CcxtModule };
    return ccxt;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code?.endsWith('MODULE_NOT_FOUND') !== true) throw cause;
    throw new KtrdrError(
      'invalid_setting',
      `This source needs the package ccxt, which is not installed. Install it in ktrdr's folder, then restart the API: npx pnpm@12.21.0 add --workspace-root --ignore-scripts ccxt@${CCXT_VERSION}`,
      { cause },
    );
  }
}

function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const copy = new Headers();
  for (const [name, value] of Object.entries(headers))
    for (const one of [value ?? []].flat()) copy.append(name, one);
  return copy;
}

function rowOf(row: unknown, session: SourceSession): BarRow {
  if (!Array.isArray(row)) throw session.refused('a bar is not a list of its columns');
  const [time, open, high, low, close, volume] = row as unknown[];
  return [numberIn(time), numberIn(open), numberIn(high), numberIn(low), numberIn(close), numberIn(volume)];
}
