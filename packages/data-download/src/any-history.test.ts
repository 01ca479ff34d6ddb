/** Whatever goes wrong with downloads, the file has a stretch of the exchange's bars without a gap, and the next download completes it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { readBars } from '@ktrdr/market-data';
import { AddressPolicy, OutboundClient } from '@ktrdr/outbound';
import fc from 'fast-check';
import { downloadBars } from './download-bars.js';
import { SourceClient } from './http/source-client.js';
import { BinanceSource } from './sources/binance.js';
import { ExchangeServer, type Fault } from './testing/exchange-server.js';
import { SkippingClock } from './testing/skipping-clock.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LISTED = Date.UTC(2024, 0, 10);
const PAGE_BARS = 20;
const NAMES = { symbol: 'BTCUSDT', timeframe: '1h' } as const;

/** One download. */
interface Attempt {
  /** Time since the attempt before, hours. */
  later: number;
  /** First and last day, in days after the first of January. */
  startDay: number | undefined;
  endDay: number | undefined;
  faults: (Fault | null)[];
  /** The download is cancelled at this report of progress. */
  cancelAt: number;
}

const fault = fc.constantFrom<Fault>(
  { status: 429, retryAfter: '3' },
  { status: 418, retryAfter: '9999' },
  { status: 500 },
  'cut',
  'reset',
  'reversed',
  'repeated',
  'contradicting',
  'off-grid',
  'older',
  'malformed',
  'redirect',
);
const attempt: fc.Arbitrary<Attempt> = fc.record({
  later: fc.integer({ min: 0, max: 60 }),
  startDay: fc.option(fc.integer({ min: 0, max: 16 }), { nil: undefined }),
  endDay: fc.option(fc.integer({ min: 5, max: 20 }), { nil: undefined }),
  faults: fc.array(fc.option(fault, { freq: 2 }), { maxLength: 6 }),
  cancelAt: fc.integer({ min: 1, max: 12 }),
});

let clock: SkippingClock;
let server: ExchangeServer;
let http: OutboundClient;

beforeAll(async () => {
  server = await ExchangeServer.start({ now: () => clock.now(), listedAt: LISTED, pageBars: PAGE_BARS });
  http = new OutboundClient({ policy: new AddressPolicy(['127.0.0.1']), hosts: ['127.0.0.1'] });
});

afterAll(async () => {
  http.close();
  await server.close();
});

const dateOf = (day: number | undefined): string | undefined =>
  day === undefined ? undefined : new Date(Date.UTC(2024, 0, 1) + day * DAY).toISOString().slice(0, 10);

async function download(
  dataDir: string,
  { startDay, endDay, faults, cancelAt }: Omit<Attempt, 'later'>,
): Promise<void> {
  server.faults = [...faults];
  const controller = new AbortController();
  let reports = 0;
  const source = new BinanceSource('binance', server.url, { terms: null, requests_per_minute: 600 });
  await downloadBars(
    source,
    { ...NAMES, startDate: dateOf(startDay), endDate: dateOf(endDay), onConflict: 'refuse' },
    {
      dataDir,
      client: new SourceClient('binance', 600, http, clock),
      signal: controller.signal,
      mayStore: async () => {},
      onProgress: () => {
        if (++reports === cancelAt) controller.abort(new Error('cancelled'));
      },
      onWait: () => {},
      onProblem: (problem) => {
        throw problem;
      },
    },
  );
}

/** Open times, after a check that each bar is the exchange's. */
async function stored(dataDir: string): Promise<number[]> {
  const bars = await readBars({ dataDir, ...NAMES }).catch((error: KtrdrError) => {
    if (error.code === 'bars_not_found') return null;
    throw error;
  });
  if (bars === null) return [];
  const { open, high, low, close, volume } = bars;
  const rows = Array.from(bars.time, (time, row) =>
    [time, ...[open, high, low, close, volume].map((column) => column[row])].join(),
  );
  expect(rows.join('\n')).toBe(Array.from(bars.time, (time) => server.bar(time).join()).join('\n'));
  return [...bars.time];
}

const hours = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, Math.round((to - from) / HOUR)) }, (_, hour) => from + hour * HOUR);

test('any history of downloads leaves a stretch without a gap, and the next one completes it', async () => {
  let [completed, interrupted] = [0, 0];
  const property = fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 5 }), async (attempts) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-download-test-'));
    clock = new SkippingClock(LISTED + 6 * DAY + 20 * 60_000);
    try {
      let before: number[] = [];
      for (const { later, ...next } of attempts) {
        clock.advance(later * HOUR);
        await download(dataDir, next).then(
          () => (completed += 1),
          (error: Error) => {
            if (!(error instanceof KtrdrError) && error.message !== 'cancelled') throw error;
            interrupted += 1;
          },
        );
        const now = await stored(dataDir);
        const [first = LISTED] = now;
        const last = now.at(-1) ?? LISTED;
        if (now.length > 0) expect(now.join()).toBe(hours(first, last + HOUR).join());
        // nothing is lost
        expect(before.filter((time) => time < first || time > last)).toEqual([]);
        before = now;
      }
      const first = Math.min(before[0] ?? LISTED, LISTED);
      await download(dataDir, { startDay: 0, endDay: undefined, faults: [], cancelAt: Infinity });
      const closed = Math.floor(clock.now() / HOUR) * HOUR;
      expect((await stored(dataDir)).join()).toBe(hours(first, closed).join());
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
  await fc.assert(property, { numRuns: Math.ceil(propertyRuns() / 4) });
  // the histories have both
  expect(Math.min(completed, interrupted)).toBeGreaterThan(0);
});
