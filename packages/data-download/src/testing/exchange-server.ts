import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request. */
export type Fault =
  | { status: number; retryAfter?: string }
  | 'cut'
  | 'reset'
  | 'reversed'
  | 'repeated'
  | 'contradicting'
  | 'impossible'
  | 'older'
  | 'off-grid'
  | 'malformed'
  | 'redirect'
  | 'endless';

/** Open time (ms UTC), open, high, low, close, volume. */
export type ServedBar = [number, number, number, number, number, number];

/** Number of bars in a response, as the exchanges have it. */
const BINANCE_LIMIT = 1_000;
const KRAKEN_LIMIT = 720;
const MINUTES: Readonly<Record<string, number>> = { '1m': 1, '1h': 60, '1d': 1440 };

/** Kraken's description of its only pair. ccxt asks for it. */
const KRAKEN_PAIRS =
  '{"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","aclass_base":"currency","base":"XXBT","aclass_quote":"currency","quote":"ZUSD","pair_decimals":1,"cost_decimals":5,"lot_decimals":8,"lot_multiplier":1,"leverage_buy":[],"leverage_sell":[],"fees":[[0,0.4]],"fees_maker":[[0,0.25]],"ordermin":"0.00005","costmin":"0.5","tick_size":"0.1","status":"online"}}}';

export interface ExchangeServerOptions {
  /** The server's clock, ms UTC. */
  now: () => number;
  /** Open time of the first bar, ms UTC. */
  listedAt: number;
  /** Bars in a page of Binance's format. Default: 1,000. */
  pageBars?: number;
}

/**
 * A server that speaks the REST formats of Binance and Kraken and sends daily bars as CSV. Its only symbols are `BTCUSDT`, `XBTUSD` and
 * `aapl.us`. Like the exchanges, it sends the newest bar before it has closed.
 */
export class ExchangeServer {
  /** Used up by the next requests, in order. */
  faults: (Fault | null)[] = [];
  /** Bars that are missing, by open time. */
  readonly missing = new Set<number>();
  /** The requests that were answered: path and query. */
  readonly requests: string[] = [];
  /** The requests that have arrived: path and query. */
  readonly arrived: string[] = [];
  /** Every request waits for this. */
  gate: (request: string) => Promise<void> = async () => {};
  /** Changes a bar that is sent. */
  revise: (bar: ServedBar) => ServedBar = (bar) => bar;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly options: ExchangeServerOptions,
  ) {}

  static async start(options: ExchangeServerOptions): Promise<ExchangeServer> {
    const server = createServer((request, response) => {
      exchange.arrived.push(request.url ?? '');
      void exchange.gate(request.url ?? '').then(() => exchange.answer(request, response));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const exchange = new ExchangeServer(server, `http://127.0.0.1:${port}`, options);
    return exchange;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The bar of this time as the server sends it. It depends only on its time. */
  bar(time: number): ServedBar {
    const at = time / 60_000;
    const open = 100 + (at % 97) / 4;
    const close = 100 + (at % 89) / 4;
    return this.revise([
      time,
      open,
      Math.max(open, close) + 0.5,
      Math.min(open, close) - 0.5,
      close,
      at % 1000,
    ]);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(request.url ?? '');
    response.sendDate = false;
    response.setHeader('date', new Date(this.options.now()).toUTCString());
    const fault = this.faults.shift() ?? null;
    if (fault !== null && this.breaks(fault, response)) return;
    if (url.pathname === '/api/v3/klines') this.binance(url.searchParams, response, fault);
    else if (url.pathname === '/0/public/OHLC') this.kraken(url.searchParams, response, fault);
    else if (url.pathname === '/0/public/AssetPairs') response.end(KRAKEN_PAIRS);
    else if (url.pathname === '/0/public/Assets') response.end('{"error":[],"result":{}}');
    else if (url.pathname === '/daily') this.csv(url.searchParams, response);
    else response.writeHead(404).end('no such path');
  }

  /** Answers in the place of the exchange. */
  private breaks(fault: Fault, response: ServerResponse): boolean {
    if (typeof fault === 'object') {
      const { status, retryAfter } = fault;
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
      response.end('{"code":-1003,"msg":"Too many requests."}');
    } else if (fault === 'redirect') {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    } else if (fault === 'reset') {
      response.socket?.resetAndDestroy();
    } else if (fault === 'endless') {
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(1_048_576, ' '), more);
      };
      more();
    } else if (fault === 'malformed') {
      response.end('<html>Please come back later</html>');
    } else return false;
    return true;
  }

  private binance(query: URLSearchParams, response: ServerResponse, fault: Fault | null): void {
    if (query.get('symbol') !== 'BTCUSDT') {
      response.writeHead(400).end('{"code":-1121,"msg":"Invalid symbol."}');
      return;
    }
    const step = (MINUTES[query.get('interval') ?? ''] ?? 0) * 60_000;
    const limit = Math.min(Number(query.get('limit')), this.options.pageBars ?? BINANCE_LIMIT);
    const from = fault === 'older' ? 0 : Number(query.get('startTime'));
    const to = fault === 'older' ? this.options.listedAt : Number(query.get('endTime'));
    const bars = this.bars(step, from, to, (found) => found.length < limit);
    const klines = faulty(bars, fault).map(([time, ...values]) => {
      const [open, high, low, close, volume] = values.map((value) => value.toFixed(8));
      return [time, open, high, low, close, volume, time + step - 1, '0', 1, '0', '0', '0'];
    });
    send(response, JSON.stringify(klines), fault);
  }

  private kraken(query: URLSearchParams, response: ServerResponse, fault: Fault | null): void {
    if (!['XBTUSD', 'XXBTZUSD'].includes(query.get('pair') ?? ''))
      return void response.end('{"error":["EQuery:Unknown asset pair"]}');
    const step = Number(query.get('interval')) * 60_000;
    const since = Number(query.get('since')) * 1000;
    const newest = this.bars(step, since + 1, Infinity, () => true).slice(-KRAKEN_LIMIT);
    const list = faulty(newest, fault).map(([time, open, high, low, close, volume]) => [
      time / 1000,
      ...[open, high, low, close, close, volume].map((value) => value.toFixed(5)),
      1,
    ]);
    const last = (newest.at(-2)?.[0] ?? 0) / 1000;
    send(response, JSON.stringify({ error: [], result: { XXBTZUSD: list, last } }), fault);
  }

  private csv(query: URLSearchParams, response: ServerResponse): void {
    if (query.get('s') !== 'aapl.us') return void response.end('No data');
    const bars = this.bars(86_400_000, 0, Infinity, () => true);
    const lines = bars.map(([time, ...values]) =>
      [new Date(time).toISOString().slice(0, 10), ...values].join(','),
    );
    response.end(['Date,Open,High,Low,Close,Volume', ...lines, ''].join('\n'));
  }

  /** The bars of a range, with the one that has not closed, as long as `goOn`. */
  private bars(step: number, from: number, to: number, goOn: (found: ServedBar[]) => boolean): ServedBar[] {
    const found: ServedBar[] = [];
    const first = Math.ceil(Math.max(from, this.options.listedAt) / step) * step;
    for (let time = first; time <= Math.min(to, this.options.now()) && goOn(found); time += step)
      if (!this.missing.has(time)) found.push(this.bar(time));
    return found;
  }
}

/** The bars of a response with a fault in them. */
function faulty(bars: ServedBar[], fault: Fault | null): ServedBar[] {
  const [first, second, ...others] = bars;
  if (first === undefined || second === undefined) return bars;
  const [time, open, high, ...rest] = first;
  switch (fault) {
    case 'reversed':
      return bars.toReversed();
    case 'repeated':
      return [first, second, first, ...others];
    case 'contradicting':
      return [first, [time, open, high + 1, ...rest], second, ...others];
    case 'impossible':
      return [first, [second[0], open, 1, ...rest], ...others];
    case 'off-grid':
      return [first, [second[0] + 1_000, open, high, ...rest], ...others];
    default:
      return bars;
  }
}

function send(response: ServerResponse, text: string, fault: Fault | null): void {
  response.setHeader('content-type', 'application/json');
  if (fault !== 'cut') return void response.end(text);
  response.setHeader('content-length', String(Buffer.byteLength(text)));
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}
