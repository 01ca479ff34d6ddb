import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DownloadResult } from '@ktrdr/contracts';
import { readBars } from '@ktrdr/market-data';
import { AddressPolicy, OutboundClient } from '@ktrdr/outbound';
import { downloadBars, type DownloadProgress, type DownloadRequest } from './download-bars.js';
import { SourceClient } from './http/source-client.js';
import { readSources } from './source-settings.js';
import { ExchangeServer, type Fault } from './testing/exchange-server.js';
import { SkippingClock } from './testing/skipping-clock.js';

const HOUR = 3_600_000;
const LISTED = Date.UTC(2024, 0, 1);
/** 2,600 hours after the listing, in the middle of a bar. */
const NOW = LISTED + 2_600 * HOUR + 40 * 60_000;

let dataDir: string;
let clock: SkippingClock;
let server: ExchangeServer;
let http: OutboundClient;
let controller: AbortController;
let reports: DownloadProgress[];
let waits: number[];
let problems: unknown[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-download-test-'));
  clock = new SkippingClock(NOW);
  server = await ExchangeServer.start({ now: () => clock.now(), listedAt: LISTED });
  http = new OutboundClient({ policy: new AddressPolicy(['127.0.0.1']), hosts: ['127.0.0.1'] });
  controller = new AbortController();
  [reports, waits, problems] = [[], [], []];
});

afterEach(async () => {
  http.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const FILE = (): string =>
  JSON.stringify({
    sources: [
      { name: 'binance', kind: 'binance', url: server.url, requests_per_minute: 600 },
      { name: 'kraken', kind: 'kraken', url: `${server.url}/`, requests_per_minute: 60 },
      { name: 'daily', kind: 'csv', url: `${server.url}/daily?s={symbol}&i=d` },
    ],
  });

/** A new client each time, as after a restart. */
async function download(
  request: Partial<DownloadRequest> & { source?: string } = {},
  onProgress: (progress: DownloadProgress) => void = () => {},
): Promise<DownloadResult> {
  const { source: name = 'binance', ...others } = request;
  const source = readSources([], { path: 'sources.json', text: FILE() }).get(name)!;
  const client = new SourceClient(name, source.description.requests_per_minute, http, clock);
  return downloadBars(
    source,
    { symbol: 'BTCUSDT', timeframe: '1h', onConflict: 'refuse', ...others },
    {
      dataDir,
      client,
      signal: controller.signal,
      mayStore: async () => {},
      onProgress: (progress) => {
        reports.push(progress);
        onProgress(progress);
      },
      onWait: (ms) => waits.push(ms),
      onProblem: (problem) => problems.push(problem),
    },
  );
}

/** Checks that the file has exactly the server's bars of these times. */
async function expectBars(times: readonly number[], symbol = 'BTCUSDT', timeframe = '1h'): Promise<void> {
  const { length, ...bars } = await readBars({ dataDir, symbol, timeframe });
  const texts = Array.from({ length }, (_, row) =>
    (['time', 'open', 'high', 'low', 'close', 'volume'] as const).map((column) => bars[column][row]).join(),
  );
  const expected = times.map((time) => server.bar(time).join());
  const differing = texts.findIndex((text, row) => text !== expected[row]);
  expect([length, differing, texts[differing]]).toEqual([times.length, -1, undefined]);
}

/** Open times from `first` on. */
const hours = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index * HOUR);

describe('a download of everything', () => {
  test('stores every closed bar, page by page, and not the one that is still open', async () => {
    const result = await download();
    await expectBars(hours(LISTED, 2_600));
    expect(result).toMatchObject({
      source: 'binance',
      requests: 3,
      received: 2_601,
      notes: [],
      stored: [
        {
          symbol: 'BTCUSDT',
          timeframe: '1h',
          file: 'BTCUSDT_1h.csv',
          rows: 2_600,
          added: 2_600,
          replaced: 0,
          kept: 0,
          unchanged: 0,
          first: '2024-01-01T00:00:00Z',
          last: '2024-04-18T07:00:00Z',
        },
      ],
    });
    expect(reports.map(({ at, received }) => [at, received])).toEqual([
      ['2024-02-11T15:00:00Z', 1_000],
      ['2024-03-24T07:00:00Z', 2_000],
      ['2024-04-18T07:00:00Z', 2_601],
    ]);
    expect(reports[0]!.share).toBeCloseTo(999 / 2_600, 2);
    const { origins } = JSON.parse(await readFile(join(dataDir, '.sources/BTCUSDT_1h.json'), 'utf8')) as {
      origins: { kind: string; from: string }[];
    };
    expect(origins[0]).toMatchObject({ kind: 'download', from: 'binance', sha256: null });
  });

  test('keeps to the dates, both included', async () => {
    await download({ startDate: '2024-01-10', endDate: '2024-01-11' });
    await expectBars(hours(Date.UTC(2024, 0, 10), 48));
    expect(server.requests).toEqual([
      expect.stringContaining(
        `startTime=${Date.UTC(2024, 0, 10)}&endTime=${Date.UTC(2024, 0, 12) - 1}&limit=1000`,
      ),
    ]);
  });

  test('a bar that closes by the clock here, but not by that of the source, is not stored', async () => {
    const early = new SkippingClock(NOW - HOUR);
    await server.close();
    server = await ExchangeServer.start({ now: () => early.now(), listedAt: LISTED });
    await download({ startDate: '2024-04-17' });
    await expectBars(hours(Date.UTC(2024, 3, 17), 31));
  });

  test('a symbol with a slash keeps it in DATA_DIR and has none at the exchange', async () => {
    const result = await download({ symbol: 'BTC/USDT', startDate: '2024-04-17' });
    expect(result.stored[0]).toMatchObject({ symbol: 'BTC/USDT', file: 'BTC%2FUSDT_1h.csv' });
    expect(server.requests[0]).toContain('symbol=BTCUSDT&');
  });

  test('no bars in the range is an error, and leaves no file', async () => {
    await expect(download({ endDate: '2020-01-01' })).rejects.toMatchObject({
      code: 'no_bars_in_range',
      message: 'binance has no closed 1h bars of BTCUSDT to 2020-01-01. Nothing was stored.',
    });
    await expect(readBars({ dataDir, symbol: 'BTCUSDT', timeframe: '1h' })).rejects.toMatchObject({
      code: 'bars_not_found',
    });
  });
});

describe('a download of what is missing', () => {
  test('asks from the last bar on, and that bar must agree', async () => {
    await download({ endDate: '2024-03-01' });
    server.requests.length = 0;
    const { requests, stored } = await download();
    expect(server.requests[0]).toContain(`startTime=${Date.UTC(2024, 2, 1, 23)}&`);
    expect([requests, stored[0]!.unchanged]).toEqual([2, 1]);
    await expectBars(hours(LISTED, 2_600));

    clock.advance(2 * HOUR);
    expect((await download()).stored[0]).toMatchObject({ added: 2, unchanged: 1, rows: 2_602 });
  });

  test('asks nothing if nothing can be missing', async () => {
    await download();
    const { requests, stored, notes } = await download({ endDate: '2024-02-01' });
    expect({ requests, stored, notes }).toEqual({
      requests: 0,
      stored: [],
      notes: ['BTCUSDT_1h.csv already has all bars up to 2024-02-01T23:59:59.999Z.'],
    });
  });

  test('bars that differ are refused, kept or replaced', async () => {
    await download({ endDate: '2024-01-31' });
    server.revise = ([time, open, high, low, close, volume]) => [time, open, high, low, close, volume + 7];
    await expect(download()).rejects.toMatchObject({ code: 'import_conflict' });
    expect((await readBars({ dataDir, symbol: 'BTCUSDT', timeframe: '1h' })).length).toBe(31 * 24);
    const replaced = await download({ onConflict: 'replace', startDate: '2024-01-02' });
    expect(replaced.stored[0]).toMatchObject({ replaced: 30 * 24, added: 2_600 - 31 * 24 });
  });

  test('synthetic bars are not mixed with real ones', async () => {
    const text = '# synthetic\ntimestamp,open,high,low,close,volume\n2024-01-01T00:00:00Z,1,1,1,1,1\n';
    await writeFile(join(dataDir, 'BTCUSDT_1h.csv'), text);
    const { synthetic } = await readBars({ dataDir, symbol: 'BTCUSDT', timeframe: '1h' });
    expect(synthetic).toBe(true);
    await expect(download()).rejects.toMatchObject({ code: 'import_conflict', message: /synthetic/ });
    expect(server.requests).toEqual([]);
    expect((await download({ onConflict: 'replace' })).stored[0]!.rows).toBe(2_600);
  });

  test('a cancel keeps whole pages, and the next download continues from there', async () => {
    const reason = new Error('cancelled');
    const cancelled = download({}, ({ received }) => {
      if (received === 2_000) controller.abort(reason);
    });
    await expect(cancelled).rejects.toBe(reason);
    await expectBars(hours(LISTED, 2_000));
    controller = new AbortController();
    server.requests.length = 0;
    await download();
    expect(server.requests).toHaveLength(1);
    await expectBars(hours(LISTED, 2_600));
    expect(problems).toEqual([]);
  });

  test('earlier bars continue the file backwards, so that a cancel leaves no gap', async () => {
    await download({ startDate: '2024-04-10' });
    const kept = Date.UTC(2024, 3, 10);
    const reason = new Error('cancelled');
    const cancelled = download({ startDate: '2020-01-01' }, ({ at }) => {
      if (at < '2024-04-10') controller.abort(reason);
    });
    await expect(cancelled).rejects.toBe(reason);
    await expectBars(hours(kept - 1_000 * HOUR, 2_600 - (kept - LISTED) / HOUR + 1_000));
    controller = new AbortController();
    const { notes } = await download({ startDate: '2020-01-01' });
    await expectBars(hours(LISTED, 2_600));
    expect(notes).toEqual([]);
  });

  test('dates beyond the bars of the file are reached without a gap', async () => {
    await download({ startDate: '2024-02-01', endDate: '2024-02-02' });
    const later = await download({ startDate: '2024-02-10', endDate: '2024-02-11' });
    const earlier = await download({ startDate: '2024-01-10', endDate: '2024-01-11' });
    await expectBars(hours(Date.UTC(2024, 0, 10), 33 * 24));
    expect([...later.notes, ...earlier.notes]).toEqual([
      expect.stringContaining('The start date is outside the range of the file'),
      expect.stringContaining('The end date is outside the range of the file'),
    ]);
  });

  test('a source without earlier bars says so', async () => {
    await download();
    expect((await download({ startDate: '2020-01-01' })).notes).toEqual([
      'BTCUSDT_1h.csv begins at 2024-01-01T00:00:00Z, because the source has no earlier bars.',
    ]);
  });

  test('bars that open at other times than those of the file are refused', async () => {
    const text = 'timestamp,open,high,low,close,volume\n2024-04-01T09:30:00Z,1,1,1,1,1\n';
    await writeFile(join(dataDir, 'BTCUSDT_1h.csv'), text);
    await expect(download()).rejects.toMatchObject({
      code: 'source_refused',
      message:
        'binance: its 1h bar of 2024-04-01T10:00:00Z does not follow the one of 2024-04-01T09:30:00Z: they open at different times.',
    });
    expect(await readFile(join(dataDir, 'BTCUSDT_1h.csv'), 'utf8')).toBe(text);
  });
});

describe('faults of the source', () => {
  test.each<[string, Fault[], number[]]>([
    ['429 with Retry-After', [{ status: 429, retryAfter: '20' }], [20_000]],
    ['418 with a date', [{ status: 418, retryAfter: new Date(NOW + 90_000).toUTCString() }], [90_000]],
    ['429 without a time', [{ status: 429 }, { status: 429 }], [1_000, 2_000]],
    [
      '503',
      [{ status: 503 }, { status: 502 }, { status: 500 }, { status: 504 }],
      [1_000, 2_000, 4_000, 8_000],
    ],
    ['a broken connection', ['cut', 'reset'], [1_000, 2_000]],
  ])('%s is waited for', async (_name, faults, expected) => {
    server.faults = [null, ...faults];
    const { requests, notes } = await download();
    await expectBars(hours(LISTED, 2_600));
    expect(requests).toBe(3 + faults.length);
    expect(notes).toEqual([]);
    expect(clock.waits).toEqual(expected);
    expect(waits).toEqual(expected.filter((ms) => ms > 1_000));
  });

  test.each<[Fault, string, RegExp]>([
    [{ status: 503 }, 'source_refused', /^binance refused the request \(HTTP 503\): Too many requests\.$/],
    [{ status: 429 }, 'source_refused', /^binance limits its requests \(HTTP 429\)\.$/],
    [
      'cut',
      'source_unreachable',
      /^binance cannot be reached: 127\.0\.0\.1:\d+ did not complete the response/,
    ],
  ])('%j five times ends the download', async (fault, code, message) => {
    server.faults = [null, fault, fault, fault, fault, fault];
    await expect(download()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(server.requests).toHaveLength(6);
    // the page before it is kept
    await expectBars(hours(LISTED, 1_000));
    await download();
    await expectBars(hours(LISTED, 2_600));
  });

  test.each<[Fault, RegExp]>([
    [
      { status: 418, retryAfter: '7200' },
      /^binance limits its requests \(HTTP 418\)\. It asks to wait 7200 s: start the download again then\.$/,
    ],
    ['redirect', /^binance redirects to 169\.254\.169\.254 \(HTTP 302\), and redirects are not followed\.$/],
    ['malformed', /^binance: its response is not JSON, but begins with "<html>Please/],
    ['contradicting', /^binance: it sent two different bars for 2024-02-11T16:00:00Z\.$/],
    ['off-grid', /^binance: the bar of 2024-02-11T17:00:01\.000Z does not open at a multiple of 1h\.$/],
    ['older', /^binance: it sent no bar from 2024-02-11T16:00:00\.000Z on, but older ones\.$/],
    ['endless', /^binance: the response is larger than 33554432 bytes\.$/],
  ])('%j ends the download at once', async (fault, message) => {
    server.faults = [null, fault];
    await expect(download()).rejects.toMatchObject({
      code: 'source_refused',
      message: expect.stringMatching(message),
    });
    expect(server.requests).toHaveLength(2);
    await expectBars(hours(LISTED, 1_000));
  });

  test('a page in the wrong order and bars sent twice are put right, and named', async () => {
    server.faults = ['reversed', 'repeated'];
    const { notes } = await download();
    await expectBars(hours(LISTED, 2_600));
    expect(notes).toEqual([
      '1 bar sent twice and stored once: 2024-02-11T16:00:00Z.',
      '2 pages not in order of time; the bars were sorted.',
    ]);
  });

  test('a bar with impossible values is left out, and named', async () => {
    server.faults = [null, 'impossible'];
    const { notes } = await download();
    const missing = LISTED + 1_001 * HOUR;
    await expectBars(hours(LISTED, 2_600).filter((time) => time !== missing));
    expect(notes).toEqual([
      '1 bar with impossible values left out: 2024-02-11T17:00:00Z (the high is not the highest price).',
      '1 bar missing at the source, in 1 gap. Gaps begin at (bars): 2024-02-11T17:00:00Z (1).',
    ]);
  });

  test('gaps are named, also between two pages', async () => {
    for (const hour of [10, 11, 12, 1_002, 1_003, 2_599]) server.missing.add(LISTED + hour * HOUR);
    const { notes, requests } = await download();
    await expectBars(hours(LISTED, 2_600).filter((time) => !server.missing.has(time)));
    expect(requests).toBe(3);
    expect(notes).toEqual([
      '5 bars missing at the source, in 2 gaps. Gaps begin at (bars): 2024-01-01T10:00:00Z (3), 2024-02-11T18:00:00Z (2).',
    ]);
  });

  test('an unknown symbol is refused in the words of the source', async () => {
    await expect(download({ symbol: 'ETHUSDT' })).rejects.toMatchObject({
      code: 'source_refused',
      message: 'binance refused the request (HTTP 400): Invalid symbol.',
    });
    await expect(download({ source: 'kraken', symbol: 'ETHUSD' })).rejects.toMatchObject({
      message: 'kraken: it refused the request: EQuery:Unknown asset pair.',
    });
  });

  test('without a network the download ends at once, with one line', async () => {
    await server.close();
    await expect(download()).rejects.toMatchObject({
      code: 'source_unreachable',
      message: expect.stringMatching(
        /^binance cannot be reached: no connection to 127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\)\. Complete pages are stored\. Start the download again to continue\.$/,
      ),
    });
    expect(clock.waits).toEqual([]);
    server = await ExchangeServer.start({ now: () => clock.now(), listedAt: LISTED });
  });
});

describe('other sources', () => {
  test('Kraken sends its newest 720 bars; the next download continues from them', async () => {
    const request = { source: 'kraken', symbol: 'XBTUSD' };
    // the bar that is still open is one of the 720
    const { notes } = await download(request);
    await expectBars(hours(LISTED + 1_881 * HOUR, 719), 'XBTUSD');
    expect(notes).toEqual([]);
    clock.advance(5 * HOUR);
    const { stored } = await download(request);
    expect(stored[0]).toMatchObject({ added: 5, unchanged: 1 });
    expect(server.requests[1]).toContain('pair=XBTUSD&interval=60&since=');
    clock.advance(1_000 * HOUR);
    expect((await download(request)).notes).toEqual([
      expect.stringContaining('281 bars missing at the source, in 1 gap.'),
    ]);
  });

  test('a daily CSV is read as an import reads it, and compared with all bars of the file', async () => {
    const request = { source: 'daily', symbol: 'aapl.us', timeframe: '1d' };
    const { stored } = await download(request);
    expect(stored[0]).toMatchObject({ rows: 108, first: '2024-01-01', last: '2024-04-17' });
    expect(server.requests).toEqual(['/daily?s=aapl.us&i=d']);
    await expectBars(
      Array.from({ length: 108 }, (_, day) => LISTED + day * 24 * HOUR),
      'aapl.us',
      '1d',
    );
    clock.advance(24 * HOUR);
    expect((await download(request)).stored[0]).toMatchObject({ added: 1, unchanged: 108 });
    // a split changes all prices of the past
    server.revise = ([time, ...values]) => [time, ...values.map((value) => value / 2)] as never;
    await expect(download(request)).rejects.toMatchObject({ code: 'import_conflict' });
    expect((await download({ ...request, onConflict: 'replace' })).stored[0]).toMatchObject({
      replaced: 109,
    });
  });

  test('a symbol is encoded in the URL', async () => {
    const request = { source: 'daily', symbol: '^SPX&x=#1', timeframe: '1d' };
    await expect(download(request)).rejects.toMatchObject({
      code: 'source_refused',
      message: expect.stringMatching(
        /^daily: its response, which begins with "No data", cannot be imported: /,
      ),
    });
    expect(server.requests).toEqual(['/daily?s=%5ESPX%26x%3D%231&i=d']);
  });

  test('a timeframe that a source does not have is refused before any request', async () => {
    await expect(download({ source: 'daily', symbol: 'aapl.us', timeframe: '1h' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'daily has no bars of 1h: choose one of 1d.',
    });
    expect(server.requests).toEqual([]);
  });
});

test('the rate of a source is kept', async () => {
  const start = clock.monotonic();
  // 5 at once, then one each second
  await download({ source: 'kraken', symbol: 'XBTUSD' });
  const source = readSources([], { path: 'sources.json', text: FILE() }).get('kraken')!;
  const client = new SourceClient('kraken', 60, http, clock);
  const url = new URL(`${server.url}/0/public/OHLC?pair=XBTUSD&interval=60&since=0`);
  const quiet = { url, signal: controller.signal, onAttempt: () => {}, onWait: () => {} };
  for (let request = 0; request < 8; request += 1) await client.request(quiet);
  expect(source.description.requests_per_minute).toBe(60);
  expect(clock.monotonic() - start).toBe(3_000);
});
