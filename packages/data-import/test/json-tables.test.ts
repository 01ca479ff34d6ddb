import { describe, expect, test } from '@jest/globals';
import { refusal, understand } from './understand-file.js';

const bar = (day: number, price: number): object => ({
  datetime: `2024-01-0${day}`,
  open: price,
  high: price + 2,
  low: price - 1,
  close: price + 1,
  volume: day,
});
const APPLE = [bar(2, 100), bar(3, 101)];
const MICROSOFT = [bar(2, 300), bar(3, 301), bar(4, 302)];
const lists = (price: number, count: number): object => ({
  t: Array.from({ length: count }, (_, at) => 1_704_153_600 + at * 86_400),
  ...Object.fromEntries(
    ['o', 'h', 'l', 'c', 'v'].map((name, at) => [
      name,
      Array.from({ length: count }, () => price + [0, 2, -1, 1, 0][at]!),
    ]),
  ),
});
const yahoo = (symbol: string, price: number, count: number): object => {
  const { t, o: open, h: high, l: low, c: close, v: volume } = lists(price, count) as Record<string, unknown>;
  return { meta: { symbol }, timestamp: t, indicators: { quote: [{ open, high, low, close, volume }] } };
};
const byDate = (bars: object[]): object =>
  Object.fromEntries(
    bars.map((one) => [(one as { datetime: string }).datetime, { ...one, datetime: undefined }]),
  );

async function barsOf(value: unknown): Promise<string[]> {
  const { bars, asks } = await understand(JSON.stringify(value), {}, 'file.json');
  expect(asks).toEqual([]);
  return bars;
}

describe('several symbols in a JSON text: every one is read under its own name', () => {
  const OF_BARS = [
    'AAPL 1d 2024-01-02..2024-01-03 [101 103 100 102 3]',
    'MSFT 1d 2024-01-02..2024-01-04 [302 304 301 303 4]',
  ];
  const OF_LISTS = [
    'AAPL 1d 2024-01-02..2024-01-03 [100 102 99 101 100]',
    'MSFT 1d 2024-01-02..2024-01-04 [300 302 299 301 300]',
  ];

  test.each([
    [
      'answers by symbol (Twelve Data)',
      {
        AAPL: { meta: { symbol: 'AAPL' }, values: APPLE },
        MSFT: { meta: { symbol: 'MSFT' }, values: MICROSOFT },
      },
    ],
    [
      'a list of answers',
      [
        { symbol: 'AAPL', bars: APPLE },
        { symbol: 'MSFT', bars: MICROSOFT },
      ],
    ],
    [
      'a list inside an answer',
      {
        results: [
          { ticker: 'AAPL', bars: APPLE },
          { ticker: 'MSFT', bars: MICROSOFT },
        ],
      },
    ],
    ['lists by symbol', { bars: { AAPL: APPLE, MSFT: MICROSOFT } }],
    ['bars by symbol and date', { AAPL: byDate(APPLE), MSFT: byDate(MICROSOFT) }],
    ['other lists beside them', { AAPL: APPLE, MSFT: MICROSOFT, dividends: [{ a: 1, b: 2, c: 3, d: 4 }] }],
    [
      'other order of the keys',
      { AAPL: APPLE, MSFT: MICROSOFT.map((one) => Object.fromEntries(Object.entries(one).toReversed())) },
    ],
  ])('%s', async (_, value) => {
    expect(await barsOf(value)).toEqual(OF_BARS);
  });

  test.each([
    ['columns by symbol', { AAPL: lists(100, 2), MSFT: lists(300, 3) }],
    ['results of Yahoo', { chart: { result: [yahoo('AAPL', 100, 2), yahoo('MSFT', 300, 3)], error: null } }],
  ])('%s', async (_, value) => {
    expect(await barsOf(value)).toEqual(OF_LISTS);
  });

  test('columns of one length by symbol', async () => {
    expect(await barsOf({ AAPL: lists(100, 3), MSFT: lists(300, 3) })).toHaveLength(2);
  });

  test('lists of numbers by symbol', async () => {
    const rows = (price: number): number[][] =>
      [0, 1].map((at) => [1_704_067_200_000 + at * 3_600_000, price, price + 2, price - 1, price + 1, 10]);
    expect(await barsOf({ BTC: rows(100), ETH: rows(300) })).toEqual([
      'BTC 1h 2024-01-01T00:00:00Z..2024-01-01T01:00:00Z [100 102 99 101 10]',
      'ETH 1h 2024-01-01T00:00:00Z..2024-01-01T01:00:00Z [300 302 299 301 10]',
    ]);
  });

  test('each answer has its own time zone', async () => {
    const answer = (symbol: string, exchange_timezone: string): object => ({
      meta: { symbol, exchange_timezone },
      values: ['09', '10'].map((hour) => ({ ...bar(2, 100), datetime: `2024-01-02 ${hour}:30:00` })),
    });
    expect(await barsOf({ A: answer('A', 'America/New_York'), B: answer('B', 'Asia/Tokyo') })).toEqual([
      expect.stringContaining('A 1h 2024-01-02T14:30:00Z'),
      expect.stringContaining('B 1h 2024-01-02T00:30:00Z'),
    ]);
  });

  test('what the source says of a symbol that has no bars is a note', async () => {
    const refused = {
      code: 404,
      message: '**symbol** not found: ZZZ',
      status: 'error',
      meta: { symbol: 'ZZZ' },
    };
    const answer = { AAPL: { meta: { symbol: 'AAPL' }, values: APPLE, status: 'ok' }, ZZZ: refused };
    const { bars, notes, asks } = await understand(JSON.stringify(answer), {}, 'file.json');
    expect([bars.length, asks]).toEqual([1, []]);
    expect(notes).toContain('Instead of bars, the source answered for "ZZZ": "**symbol** not found: ZZZ".');
  });

  test.each([
    [
      'Twelve Data',
      { A: { code: 429, message: 'out of credits', status: 'error' } },
      'for "A": "out of credits"',
    ],
    ['Alpha Vantage', { Note: '25 requests per day' }, '"25 requests per day"'],
    [
      'Alpha Vantage, with the key of the user',
      {
        Information:
          'We have detected your API key as DEMO12345 and our standard rate limit is 25 requests per day.',
      },
      '"We have detected your API key as *** and our standard rate limit is 25 requests per day."',
    ],
    ['Binance', { code: -1121, msg: 'Invalid symbol.' }, '"Invalid symbol."'],
    ['Kraken', { error: ['EQuery:Unknown asset pair'] }, '"EQuery:Unknown asset pair"'],
    ['TradingView', { s: 'error', errmsg: 'unknown_symbol' }, '"unknown_symbol"'],
    ['Tiingo', { detail: 'Not found.' }, '"Not found."'],
    ['a source that describes the symbol', { description: 'Apple Inc.', error: 'no access' }, '"no access"'],
    ['Polygon', { status: 'ERROR', error: 'Unknown API Key' }, '"Unknown API Key"'],
    [
      'Yahoo',
      { chart: { result: null, error: { code: 'Not Found', description: 'No data found' } } },
      'for "chart": "No data found"',
    ],
  ])('an answer of %s without bars is refused with what the source says', async (_, answer, said) => {
    expect(await refusal(JSON.stringify(answer), {}, 'file.json')).toMatchObject({
      message: `file.json: the JSON text has no table of bars: it needs a list of bars, or lists of times and prices of the same length. Its source answered ${said}`,
    });
  });

  test('a code and a description of the symbol are no error', async () => {
    const answer = { code: '600519', description: 'Kweichow Moutai', status: 'ok', klines: APPLE };
    expect((await understand(JSON.stringify(answer), {}, 'file.json')).notes).not.toContain('Moutai');
    expect(
      (await refusal(JSON.stringify({ description: 'Apple Inc.', data: [] }), {}, 'file.json')).message,
    ).not.toContain('Apple');
  });

  test('the pages of one symbol are one series', async () => {
    const pages = [
      { symbol: 'AAPL', candles: APPLE },
      { symbol: 'AAPL', candles: [bar(4, 102)] },
    ];
    expect(await barsOf(pages)).toEqual(['AAPL 1d 2024-01-02..2024-01-04 [102 104 101 103 4]']);
  });

  test('lists without a symbol, or several of one symbol, are asked about', async () => {
    const asksOf = async (value: unknown): Promise<string[]> =>
      (await understand(JSON.stringify(value), {}, 'file.json')).asks;
    expect(await asksOf([{ candles: APPLE }, { candles: [bar(4, 302), bar(5, 303)] }])).toEqual([
      expect.stringContaining(
        'only: The bars of one symbol have several values in column "series": "part 1", "part 2"',
      ),
    ]);
    expect(
      await asksOf({
        raw: { symbol: 'A', bars: APPLE },
        adjusted: { symbol: 'A', bars: [bar(4, 50), bar(5, 51)] },
      }),
    ).toEqual([expect.stringContaining('"raw", "adjusted"')]);
  });

  test('tables with names of columns and without are refused, with the names of those without', async () => {
    const rows = [2, 3].map((day) => [1_704_067_200_000 + day * 86_400_000, 300, 302, 299, 301, 10]);
    const refused = 'the JSON text mixes tables with and without column names. Without names: ';
    for (const [value, names] of [
      [{ AAPL: APPLE, MSFT: rows }, '"MSFT"'],
      [{ MSFT: rows, AAPL: { values: APPLE } }, '"MSFT"'],
      [{ MSFT: { candles: rows }, AAPL: APPLE, IBM: { candles: rows } }, '"MSFT", "IBM"'],
      [{ bars: { MSFT: rows, AAPL: lists(100, 2) } }, '"MSFT"'],
      [[...APPLE, ...rows], 'the rows that are lists'],
      [[...rows, ...APPLE], 'the rows that are lists'],
    ] as const)
      expect((await refusal(JSON.stringify(value), {}, 'file.json')).message).toContain(refused + names);
  });

  test('a list beside the bars may hold lists and objects', async () => {
    for (const notes of [
      [['NYSE'], { tz: 1 }],
      [{ tz: 1 }, ['NYSE']],
    ]) {
      const text = JSON.stringify({ meta: { notes }, symbol: 'AAPL', values: APPLE });
      expect((await understand(text, {}, 'file.json')).asks).toEqual([]);
    }
  });
});
