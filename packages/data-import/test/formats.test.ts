import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { mutated, mutations } from '@ktrdr/files/testing';
import { exportBars, readBars } from '@ktrdr/market-data';
import fc from 'fast-check';
import type { ImportChoices } from '@ktrdr/contracts';
import { readImport, type ReadImport } from '../src/read-import.js';

/** Written by pandas and pyarrow: formats/write_fixtures.py. */
const FIXTURES = join(import.meta.dirname, 'formats');
const ROWS = 30;
const context = { now: Date.parse('2026-01-01') };
const HOURS = { timeframe: '1h', first: '2024-03-08T14:00:00Z', last: '2024-03-09T19:00:00Z' };
/** The dates of the exchange: summer time begins on March 10. */
const DAYS = { timeframe: '1d', first: '2024-03-01', last: '2024-03-30' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = (name: string, choices: ImportChoices = {}): Promise<ReadImport> =>
  readImport({ path: join(FIXTURES, name), name }, choices, context);

async function readText(
  text: string | Uint8Array,
  name = 'AAPL.json',
  choices: ImportChoices = {},
): Promise<ReadImport> {
  const path = join(folder, 'file');
  await writeFile(path, text);
  return readImport({ path, name }, choices, context);
}

describe('files of pandas', () => {
  test.each([
    ['index-utc-snappy.parquet', 'Parquet', HOURS],
    ['daily-new-york-zstd.parquet', 'Parquet', DAYS],
    ['dates-brotli.parquet', 'Parquet', DAYS],
    ['yfinance.parquet', 'Parquet', DAYS],
    ['utc-lz4.feather', 'Feather', HOURS],
    ['daily-new-york-zstd.feather', 'Feather', DAYS],
    ['pandas-columns.json', 'JSON', HOURS],
    ['pandas-records.json', 'JSON', HOURS],
    ['pandas-index.json', 'JSON', HOURS],
    ['pandas-split.json', 'JSON', HOURS],
    ['pandas-values.json', 'JSON', HOURS],
    ['pandas-table.json', 'JSON', HOURS],
    ['pandas-lines.jsonl', 'JSON', HOURS],
  ])('%s', async (name, format, { timeframe, first, last }) => {
    const { understood, bars } = await read(name);
    expect(understood.questions).toEqual([]);
    expect(understood).toMatchObject({ format, left_out_rows: 0 });
    expect(understood.bars).toMatchObject([{ timeframe, rows: ROWS, first, last }]);
    expect(understood.bars[0]!.symbol).toBe(name === 'yfinance.parquet' ? 'AAPL' : name.split('.')[0]);
    for (const [row, open] of bars[0]!.open.entries()) {
      expect(open).toBe(100 + row * 0.25);
      expect(bars[0]!.low[row]).toBe(99.1 + row * 0.25);
      expect(bars[0]!.volume[row]).toBe(1000 + 7 * row);
    }
  });

  test('yfinance-by-ticker.parquet: several symbols, grouped by symbol', async () => {
    const { understood, bars } = await read('yfinance-by-ticker.parquet');
    expect(understood).toMatchObject({ questions: [], left_out_rows: 0 });
    expect(understood.bars).toMatchObject(
      ['C', 'MSFT'].map((symbol) => ({ symbol, timeframe: '1d', rows: ROWS, first: DAYS.first })),
    );
    expect(bars.map(({ open, low, volume }) => [open[1], low[1], volume[1]])).toEqual([
      [100.25, 99.35, 1007],
      [200.5, 198.7, 2014],
    ]);
  });

  test.each(['local-gzip.parquet', 'local-plain.feather'])(
    '%s asks for the zone of its local times',
    async (name) => {
      const { understood } = await read(name);
      expect(understood.questions).toMatchObject([{ choice: 'timezone' }]);
      const { understood: answered } = await read(name, { timezone: 'America/New_York' });
      expect(answered.questions).toEqual([]);
      expect(answered.bars).toMatchObject([{ timeframe: '30m', rows: ROWS, first: '2024-03-04T14:30:00Z' }]);
    },
  );

  test.each(['single-symbols-lz4.parquet', 'stream-symbols.arrows'])(
    '%s: numbers of single precision are read as they were written, and symbols apart',
    async (name) => {
      const { bars } = await read(name);
      expect(bars.map(({ symbol, length }) => [symbol, length])).toEqual([
        ['AAA', 15],
        ['BBB', 15],
      ]);
      expect([...bars[1]!.low.subarray(0, 3)]).toEqual([102.85, 103.1, 103.35]);
    },
  );
});

describe('JSON of sources', () => {
  const times = Array.from({ length: 25 }, (_, at) => 1_704_205_800 + at * 3_600);
  const prices = (at: number): number[] => [100 + at, 102.5 + at, 99.25 + at, 101 + at];
  const objects = times.map((time, at) => {
    const [o, h, l, c] = prices(at);
    return { t: new Date(time * 1000).toISOString(), o, h, l, c, v: 10 + at };
  });
  const columns = { open: 0, high: 1, low: 2, close: 3 };
  const lists = Object.fromEntries(
    Object.entries(columns).map(([name, place]) => [name, times.map((_, at) => prices(at)[place])]),
  );
  const volume = times.map((_, at) => 10 + at);

  test.each<[name: string, value: unknown]>([
    [
      'Binance',
      times.map((time, at) => [
        time * 1000,
        ...prices(at).map(String),
        String(10 + at),
        (time + 3_600) * 1000 - 1,
        '12.5',
        40,
        '1.5',
        '2.5',
        '0',
      ]),
    ],
    [
      'Kraken',
      {
        error: [],
        result: {
          XXBTZUSD: times.map((time, at) => [time, ...prices(at).map(String), '100.5', String(10 + at), 7]),
          last: 1_704_295_800,
        },
      },
    ],
    ['Alpaca', { bars: objects, symbol: 'AAPL', next_page_token: null }],
    [
      'TradingView',
      {
        s: 'ok',
        t: times,
        o: lists['open'],
        h: lists['high'],
        l: lists['low'],
        c: lists['close'],
        v: volume,
      },
    ],
    [
      'Yahoo',
      {
        chart: {
          result: [
            {
              meta: { symbol: 'AAPL', currency: 'USD', validRanges: ['1d', '5d'] },
              timestamp: times,
              indicators: { quote: [{ ...lists, volume }] },
            },
          ],
          error: null,
        },
      },
    ],
  ])('%s', async (_, value) => {
    const { understood, bars } = await readText(JSON.stringify(value));
    expect(understood.questions).toEqual([]);
    expect(understood.bars).toMatchObject([
      {
        symbol: 'AAPL',
        timeframe: '1h',
        rows: 25,
        first: '2024-01-02T14:30:00Z',
        last: '2024-01-03T14:30:00Z',
      },
    ]);
    expect([...bars[0]!.high]).toEqual(times.map((_, at) => prices(at)[1]));
    expect([...bars[0]!.volume]).toEqual(volume);
  });

  test('Oanda: prices in an object of each bar, the last bar still open', async () => {
    const candles = (sides: string[]): string =>
      JSON.stringify({
        instrument: 'EUR_USD',
        granularity: 'H1',
        candles: times.map((time, at) => ({
          complete: at < times.length - 1,
          volume: 7,
          time: new Date(time * 1000).toISOString(),
          ...Object.fromEntries(sides.map((side) => [side, { o: '1.1', h: '1.2', l: '1.05', c: '1.15' }])),
        })),
      });
    const { understood, bars } = await readText(candles(['mid']));
    expect(understood).toMatchObject({
      questions: [],
      columns: { open: 'mid.o', close: 'mid.c' },
      left_out: [{ reason: 'the bar was not complete' }],
    });
    expect(bars).toMatchObject([{ symbol: 'EUR_USD', timeframe: '1h', length: times.length - 1 }]);
    expect(bars[0]!.close[0]).toBe(1.15);
    expect((await readText(candles(['bid', 'ask']))).understood.questions).toMatchObject([
      { choice: 'columns', message: 'The file has bid and ask prices. Choose one.' },
    ]);
  });

  test('Bybit: rows without names, and the symbol beside them', async () => {
    const list = times.map((time, at) => [time * 1000, ...prices(at), volume[at]!, 1].map(String));
    const value = { retCode: 0, result: { symbol: 'BTCUSDT', list: list.toReversed() } };
    const { understood } = await readText(JSON.stringify(value));
    expect(understood.bars).toMatchObject([
      { symbol: 'BTCUSDT', timeframe: '1h', rows: 25, first: '2024-01-02T14:30:00Z' },
    ]);
  });

  test('Alpha Vantage: the zone and the symbol stand beside the bars', async () => {
    const rows = Object.fromEntries(
      objects.toReversed().map(({ t, o, h, l, c, v }) => [
        t.slice(0, 19).replace('T', ' '),
        {
          '1. open': String(o),
          '2. high': String(h),
          '3. low': String(l),
          '4. close': String(c),
          '5. volume': String(v),
        },
      ]),
    );
    const meta = { '1. Information': 'Intraday', '2. Symbol': 'IBM', '6. Time Zone': 'US/Eastern' };
    const text = JSON.stringify({ 'Meta Data': meta, 'Time Series (60min)': rows });
    const { understood } = await readText(text, 'query.json');
    expect(understood.questions).toEqual([]);
    expect(understood.bars).toMatchObject([
      { symbol: 'IBM', timeframe: '1h', rows: 25, first: '2024-01-02T19:30:00Z' },
    ]);
  });

  test('packed, with a byte order mark, and as UTF-16', async () => {
    const text = JSON.stringify(objects);
    const packed = await readText(gzipSync(text), 'AAPL.json.gz');
    expect(packed.understood).toMatchObject({ format: 'JSON, gzip', bars: [{ symbol: 'AAPL', rows: 25 }] });
    expect((await readText(`\ufeff${text}`)).understood.bars).toMatchObject([{ rows: 25 }]);
    expect((await readText(Buffer.from(`\ufeff${text}`, 'utf16le'))).understood.bars).toMatchObject([
      { rows: 25 },
    ]);
  });

  test.each([
    ['{}', 'has no table'],
    ['[]', 'has no table'],
    ['{"error":"rate limit"}', 'has no table'],
    ['[[1,2,3]', 'cannot be read'],
    [`{"a":1}\n{"b":`, 'cannot be read'],
    ['['.repeat(100_000), 'cannot be read'],
  ])('a text without bars is refused: %#', async (text, problem) => {
    await expect(readText(text)).rejects.toMatchObject({
      code: 'import_invalid',
      message: expect.stringContaining(problem),
    });
  });
});

test.each(['1h', '1d'] as const)('an export of %s bars as Parquet is read back', async (timeframe) => {
  const step = timeframe === '1h' ? 3_600_000 : 86_400_000;
  const lines = Array.from({ length: 40 }, (_, at) => {
    const time = new Date(Date.UTC(2024, 0, 1) + at * step).toISOString();
    return `${timeframe === '1h' ? time : time.slice(0, 10)},${at + 0.1},${at + 2.3},${at - 1.7},${at + 1 / 3},${at % 5}`;
  });
  const name = { dataDir: folder, symbol: 'AAPL', timeframe };
  await writeFile(
    join(folder, `AAPL_${timeframe}.csv`),
    `# synthetic\ntimestamp,open,high,low,close,volume\n${lines.join('\n')}\n`,
  );
  const { file, stream } = await exportBars({ dataDir: folder, symbol: 'AAPL', timeframe }, {}, 'parquet');
  expect(file).toBe(`AAPL_${timeframe}.parquet`);
  await pipeline(stream, createWriteStream(join(folder, file)));
  const { understood, bars } = await readImport({ path: join(folder, file), name: file }, {}, context);
  expect(understood.questions).toEqual([]);
  const { time, open, high, low, close, volume, length } = await readBars(name);
  expect(bars).toMatchObject([{ symbol: 'AAPL', timeframe, time, open, high, low, close, volume, length }]);
});

describe('a long JSON list is read in pieces', () => {
  const START = Date.UTC(2024, 0, 1);
  const row = (at: number): Record<string, unknown> => {
    const time = new Date(START + at * 60_000).toISOString();
    return {
      time,
      open: 100 + at / 8,
      high: 101 + at / 8,
      low: 99 + at / 8,
      close: 100.5 + at / 8,
      note: '}, {"a"], [',
    };
  };
  const rows = Array.from({ length: 20_000 }, (_, at) => row(at));

  test.each([
    ['list', JSON.stringify(rows)],
    ['written over several lines', JSON.stringify(rows, null, 1)],
    ['lines', rows.map((one) => JSON.stringify(one)).join('\n')],
    ['lists', JSON.stringify(rows.map((one) => Object.values(one).slice(0, 5)))],
  ])('%s', async (_, text) => {
    const { bars } = await readText(text);
    expect(bars).toMatchObject([{ length: rows.length }]);
    expect(bars[0]!.time.every((time, at) => time === START + at * 60_000)).toBe(true);
    expect(bars[0]!.low.every((low, at) => low === 99 + at / 8)).toBe(true);
  });

  test('a column that only later rows have is refused', async () => {
    const late = [...rows, { ...row(rows.length), volume: 5 }];
    await expect(readText(JSON.stringify(late))).rejects.toMatchObject({
      code: 'import_invalid',
      message: expect.stringContaining('has volume, later ones have'),
    });
  });

  test.each([
    ['list', `${JSON.stringify(rows).slice(0, -40)}`],
    ['lines', `${rows.map((one) => JSON.stringify(one)).join('\n')}\n{"time":`],
  ])('a cut %s is refused', async (_, text) => {
    await expect(readText(text)).rejects.toMatchObject({
      code: 'import_invalid',
      message: expect.stringContaining('cannot be read'),
    });
  });
});

test('an Arrow file with a list that is longer than the file is refused', async () => {
  const bytes = await readFile(join(FIXTURES, 'stream-symbols.arrows'));
  // the schema message: its root table, the schema, the vector of fields
  const root = 8 + bytes.readUInt32LE(8);
  const field = (table: number, index: number): number =>
    table + bytes.readUInt16LE(table - bytes.readInt32LE(table) + 4 + 2 * index);
  const target = (at: number): number => at + bytes.readUInt32LE(at);
  const schema = target(field(root, 2));
  const fields = target(field(schema, 1));
  expect(bytes.readUInt32LE(fields)).toBe(7);
  bytes.writeUInt32LE(0x7f00_0000, fields);
  const path = join(folder, 'long-list.arrows');
  await writeFile(path, bytes);
  await expect(readImport({ path, name: 'x.arrows' }, {}, context)).rejects.toMatchObject({
    code: 'import_invalid',
    message: expect.stringContaining('names a list of 2130706432 elements'),
  });
});

test('a damaged file is refused, or read without a crash', async () => {
  const names = (await readdir(FIXTURES)).filter((name) => /\.(parquet|feather|arrows)$/.test(name));
  const files = await Promise.all(names.map((name) => readFile(join(FIXTURES, name))));
  await fc.assert(
    fc.asyncProperty(fc.nat(files.length - 1), mutations, async (which, changes) => {
      const path = join(folder, 'damaged');
      await writeFile(path, mutated(files[which]!, changes));
      const outcome = await readImport({ path, name: names[which]! }, {}, context).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'import_invalid' });
    }),
    { numRuns: propertyRuns(), seed: 15 },
  );
});
