import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AddressPolicy, OutboundClient } from '@ktrdr/outbound';
import { requires, type Requirement } from '../../../../tools/requirements.js';
import { SourceClient } from '../http/source-client.js';
import { SourceSession } from '../http/source-session.js';
import { ExchangeServer } from '../testing/exchange-server.js';
import { SkippingClock } from '../testing/skipping-clock.js';
import { CcxtSource, type CcxtModule } from './ccxt.js';

const HOUR = 3_600_000;
const LISTED = Date.UTC(2024, 0, 1);
const NOW = LISTED + 1_200 * HOUR;

let clock: SkippingClock;
let server: ExchangeServer;
let http: OutboundClient;
let session: SourceSession;

beforeEach(async () => {
  clock = new SkippingClock(NOW);
  server = await ExchangeServer.start({ now: () => clock.now(), listedAt: LISTED });
  http = new OutboundClient({ policy: new AddressPolicy(['127.0.0.1']), hosts: ['127.0.0.1'] });
  session = new SourceSession(new SourceClient('some', 600, http, clock), new AbortController().signal);
});

afterEach(async () => {
  http.close();
  await server.close();
});

/** Open times of all pages. */
async function times(
  source: CcxtSource,
  from: number | null = LISTED,
  timeframe: '1h' | '1m' = '1h',
): Promise<number[]> {
  const found: number[] = [];
  const request = { symbol: 'BTC/USDT', timeframe, from, to: NOW };
  for await (const { bars, sentAt } of source.bars(request, session)) {
    expect(sentAt).toBeGreaterThanOrEqual(NOW);
    found.push(...bars.time);
  }
  return found;
}

const source = (options: object, load?: () => Promise<CcxtModule>, exchange = 'binance'): CcxtSource =>
  new CcxtSource(
    'some',
    { exchange, hosts: ['127.0.0.1'], options: { ...options } },
    { terms: null, requests_per_minute: 600 },
    load,
  );

/** Speaks like an exchange of ccxt: only the parts that the adapter uses. */
class SmallExchange {
  readonly timeframes = { '1h': '1h' };
  fetchImplementation!: (url: string, options: object) => Promise<Response>;

  constructor(readonly options: { url: string; enableRateLimit: boolean }) {}

  async fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<unknown[][]> {
    const query = `symbol=${symbol.replace('/', '')}&interval=${timeframe}&startTime=${since}&endTime=${NOW}&limit=${limit}`;
    const response = await this.fetchImplementation(`${this.options.url}/api/v3/klines?${query}`, {
      method: 'GET',
    });
    expect([response.status, response.headers.get('content-type'), this.options.enableRateLimit]).toEqual([
      200,
      'application/json',
      false,
    ]);
    return ((await response.json()) as unknown[][]).map((kline) => kline.slice(0, 6).map(Number));
  }
}

const small = async (): Promise<CcxtModule> => ({ binance: SmallExchange as unknown as CcxtModule[string] });

describe('with an exchange of the same shape', () => {
  test('bars come in pages, through the connections of the session', async () => {
    const found = await times(source({ url: server.url }, small));
    expect([found.length, found[0], found.at(-1)]).toEqual([1_201, LISTED, NOW]);
    expect([server.requests.length, session.requests]).toEqual([3, 3]);
  });

  test('windows without bars are passed', async () => {
    expect((await times(source({ url: server.url }, small), LISTED - 1_100 * HOUR)).length).toBe(1_201);
  });

  test('faults are those of every source', async () => {
    server.faults = [{ status: 429, retryAfter: '7' }];
    expect((await times(source({ url: server.url }, small))).length).toBe(1_201);
    expect(clock.waits).toContain(7_000);
    server.faults = ['redirect'];
    await expect(times(source({ url: server.url }, small))).rejects.toMatchObject({
      code: 'source_refused',
      message: /redirects/,
    });
    await expect(times(source({ url: 'http://localhost:1' }, small))).rejects.toMatchObject({
      code: 'address_not_allowed',
      message: 'The host localhost is not allowed. Allowed hosts: 127.0.0.1. Nothing was sent.',
    });
    server.faults = ['malformed'];
    await expect(times(source({ url: server.url }, small))).rejects.toMatchObject({ code: 'source_refused' });
  });

  test('a timeframe or an exchange that does not exist is named', async () => {
    await expect(times(source({ url: server.url }, small), LISTED, '1m')).rejects.toMatchObject({
      message: 'some: it has no 1m bars; it has 1h.',
    });
    await expect(times(source({}, small, 'constructor'))).rejects.toMatchObject({
      code: 'invalid_setting',
      message: 'The source some is set to the exchange constructor, which ccxt does not know.',
    });
  });
});

function ccxt(): Requirement {
  let missing: string | null = null;
  try {
    createRequire(import.meta.url).resolve('ccxt');
  } catch {
    missing = 'ccxt is not installed';
  }
  return { missing, isSystemPackage: false };
}

const withoutCcxt = requires({
  missing: ccxt().missing === null ? 'ccxt is installed' : null,
  isSystemPackage: false,
});

withoutCcxt.test('without the package one line says how to install it', async () => {
  await expect(times(source({}))).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(
      /^This source needs the package ccxt, which is not installed\. Install it in ktrdr's folder, then restart the API: npx pnpm@\S+ add --workspace-root --ignore-scripts ccxt@4\.\d+\.\d+$/,
    ),
  });
});

requires(ccxt()).test('ccxt itself asks through the session, and its bars arrive', async () => {
  const options = { urls: { api: { public: server.url } }, options: { fetchMarkets: ['spot'] } };
  const request = { symbol: 'BTC/USD', timeframe: '1h', from: NOW - 100 * HOUR, to: NOW } as const;
  const found: number[] = [];
  for await (const { bars } of source(options, undefined, 'kraken').bars(request, session))
    found.push(...bars.time);
  expect(found).toEqual(Array.from({ length: 101 }, (_, hour) => NOW + (hour - 100) * HOUR));
  expect(server.requests.at(-1)).toMatch(/^\/0\/public\/OHLC\?pair=XXBTZUSD&interval=60&since=/);
});
