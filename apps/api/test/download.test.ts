import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSourceList, DownloadOperation, OperationStarted } from '@ktrdr/contracts';
import { ExchangeServer } from '@ktrdr/data-download/testing';
import { readBars } from '@ktrdr/market-data';
import { dataOf, Sandbox, type TestProcess, type TestService, until } from '@ktrdr/service-kit/testing';
import { refusal } from './refusal.js';

const HOUR = 3_600_000;
const NEWEST = Math.floor(Date.now() / HOUR) * HOUR;
const LISTED = NEWEST - 2_600 * HOUR;
const REQUEST = { symbol: 'BTC/USDT', timeframe: '1h', source: 'test' };

let sandbox: Sandbox;
let exchange: ExchangeServer;
let api: TestService;
let settings: Record<string, string>;

beforeAll(async () => {
  [sandbox, exchange] = await Promise.all([
    Sandbox.create(),
    ExchangeServer.start({ now: () => Date.now(), listedAt: LISTED }),
  ]);
  const sources = [
    {
      name: 'test',
      kind: 'binance',
      url: exchange.url,
      terms: 'https://exchange.example/terms',
      requests_per_minute: 6_000,
    },
    { name: 'closed', kind: 'kraken', url: 'http://127.0.0.1:1' },
    { name: 'inside', kind: 'csv', url: 'http://127.0.0.2:1/{symbol}?apikey=a-secret-key' },
  ];
  const DATA_SOURCES_FILE = sandbox.path('sources.json');
  await writeFile(DATA_SOURCES_FILE, JSON.stringify({ sources }));
  settings = {
    DATA_SOURCES_FILE,
    DATA_SOURCES_PRIVATE_NETWORKS: '127.0.0.1',
    ON_INTERRUPT: 'resume',
    LEASE_MS: '2000',
  };
  api = await sandbox.startApi('api', settings);
});
afterAll(async () => {
  await sandbox.close();
  await exchange.close();
});

const ktrdr = (...args: string[]): TestProcess => sandbox.ktrdr(api, args);

/** Number of stored bars, after a check that they follow each other without a gap up to the newest closed one. */
async function storedBars(): Promise<number> {
  const { time, length } = await readBars({ dataDir: sandbox.dataDir, symbol: 'BTC/USDT', timeframe: '1h' });
  expect(Array.from(time, (at) => (at - time[0]!) / HOUR)).toEqual(
    Array.from({ length }, (_, index) => index),
  );
  return length;
}

test('the sources are listed with their terms, and without what their addresses hold', async () => {
  const response = await api.get<DataSourceList>('/data/sources');
  expect(dataOf(response).sources.map(({ name, kind, hosts, terms }) => [name, kind, hosts, terms])).toEqual([
    ['test', 'binance', ['127.0.0.1'], 'https://exchange.example/terms'],
    ['closed', 'kraken', ['127.0.0.1'], null],
    ['inside', 'csv', ['127.0.0.2'], null],
  ]);
  expect(JSON.stringify(response)).not.toContain('a-secret-key');
  const listed = ktrdr('data', 'sources');
  expect((await listed.ended).code).toBe(0);
  expect(listed.stdout).toMatch(
    /^ {2}test +1m 5m 15m 30m 1h 4h 1d 1w +127\.0\.0\.1 +https:\/\/exchange\.example\/terms$/m,
  );
});

test('a download that a cancel and a killed API interrupt keeps whole pages and resumes by itself', async () => {
  let release = (): void => {};
  const hold = (from: number): void => {
    const released = new Promise<void>((resolve) => (release = resolve));
    exchange.gate = (request) => (request.includes(`startTime=${from}&`) ? released : Promise.resolve());
  };
  const asked = (from: number): Promise<unknown> =>
    until(
      'the request',
      async () => exchange.arrived,
      (arrived) => arrived.some((request) => request.includes(`startTime=${from}&`)),
    );

  // the second page is requested, and the download cancelled
  hold(LISTED + 1_000 * HOUR);
  const first = ktrdr('data', 'download', 'BTC/USDT', '1h', '--source', 'test');
  await asked(LISTED + 1_000 * HOUR);
  first.kill('SIGINT');
  expect(await first.ended).toMatchObject({ code: 130 });
  release();
  expect(await storedBars()).toBe(1_000);
  expect(first.stdout).toMatch(/Downloading BTC\/USDT 1h from test: to \S+ \(1,000 bars\)/);

  // the download resumes; the API is killed while it requests the third page
  hold(LISTED + 1_999 * HOUR);
  const { operation_id: id } = dataOf(await api.post<OperationStarted>('/data/downloads/start', REQUEST));
  await asked(LISTED + 1_999 * HOUR);
  const { port } = new URL(api.url);
  api.kill('SIGKILL');
  await api.ended;
  release();
  expect(await storedBars()).toBe(1_999);
  exchange.gate = async () => {};
  api = await sandbox.startApi('api', { ...settings, PORT: port });
  const ended = (await api.untilEnded(id)) as DownloadOperation;
  expect(ended).toMatchObject({
    status: 'completed',
    error: null,
    metadata: { symbol: 'BTC/USDT', timeframe: '1h', source: 'test' },
    result: { source: 'test', requests: 1, notes: [], stored: [{ file: 'BTC%2FUSDT_1h.csv', unchanged: 1 }] },
  });
  expect(await storedBars()).toBeGreaterThanOrEqual(2_600);

  const again = ktrdr('data', 'download', 'BTC/USDT', '1h', '--source', 'test');
  expect((await again.ended).code).toBe(0);
  // a bar is added if an hour has ended meanwhile
  expect(again.stdout).toMatch(
    /\n {2}BTC%2FUSDT_1h\.csv {2}\S[\S ]+ {2}2,60\d(?: +1)? +1\n\n {2}From test, with 1 request\.\n$/,
  );
});

test('a source that cannot be reached, and one with an address that is not allowed, fail with one line', async () => {
  const closed = ktrdr('data', 'download', 'XBTUSD', '1h', '--source', 'closed');
  expect((await closed.ended).code).toBe(1);
  expect(closed.stderr).toMatch(
    /^failed: closed cannot be reached: no connection to 127\.0\.0\.1:1 \(.*ECONNREFUSED.*\)\..*\n {2}to resume it: ktrdr operations resume \S+\n$/,
  );
  const inside = ktrdr('data', 'download', 'AAPL', '--source', 'inside');
  expect((await inside.ended).code).toBe(1);
  expect(inside.stderr).toBe('failed: The address 127.0.0.2 is loopback. Nothing was sent.\n');
});

test('a request that cannot be served starts nothing', async () => {
  const start = (body: object): Promise<{ code: string; message: string }> =>
    refusal(api.url, { path: '/data/downloads/start', body: JSON.stringify({ ...REQUEST, ...body }) });
  expect(await start({ source: 'binance' })).toMatchObject({
    code: '404 source_not_found',
    message: expect.stringContaining(
      'There is no source "binance". Choose one of test, closed, inside, or add it to DATA_SOURCES',
    ),
  });
  expect(await start({ source: 'inside' })).toMatchObject({ code: '400 invalid_request' });
  expect(await start({ symbol: '../x' })).toMatchObject({ code: '400 invalid_name' });
  expect(await start({ timeframe: '2h' })).toMatchObject({ code: '400 invalid_name' });
  expect(await start({ start_date: '2024-02-30' })).toMatchObject({ code: '400 invalid_date' });
  expect(await start({ start_date: '2024-02-02', end_date: '2024-02-01' })).toMatchObject({
    code: '400 invalid_date_range',
  });
  expect(await start({ on_conflict: 'win' })).toMatchObject({ code: '400 invalid_request' });
  const typed = ktrdr('data', 'download', 'BTC/USDT', '--source', 'nosuch');
  expect((await typed.ended).code).toBe(2);
});
