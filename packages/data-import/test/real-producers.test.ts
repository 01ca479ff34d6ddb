import { describe, expect, test } from '@jest/globals';
import type { ImportChoices } from '@ktrdr/contracts';
import { understand } from './understand-file.js';

const VALUES = '1,2,0.5,1.5,10';
const ROWS = [`2024-01-02,${VALUES}`, `2024-01-03,${VALUES}`, `2024-01-04,${VALUES}`];
const days = (header: string, end: string): string =>
  [header, ...ROWS.map((row) => `${row}${end}`)].join('\n');

describe('files of producers that are easily read wrongly', () => {
  test.each([
    ['twins of pandas', 'Date,Open,High,Low,Close,Volume,Open.1,High.1,Low.1,Close.1,Volume.1'],
    ['columns of a merge', 'Date,Open_x,High_x,Low_x,Close_x,Volume_x,Open_y,High_y,Low_y,Close_y,Volume_y'],
  ])('two sets of prices, %s: which is asked', async (_, header) => {
    const text = days(header, ',301,302,300.5,301.5,11');
    const names = header.split(',');
    const set = (first: number): Record<string, string> =>
      Object.fromEntries(
        ['open', 'high', 'low', 'close', 'volume'].map((meaning, at) => [meaning, names[first + at]!]),
      );
    const { asks, answers } = await understand(text);
    expect(asks).toEqual([
      `columns: The file has 2 sets of prices: ${names[4]}, ${names[9]} could be the close. Choose one.`,
    ]);
    expect(answers).toEqual(
      [set(1), set(6)].map((columns) =>
        Object.entries(columns)
          .map((pair) => pair.join('='))
          .join(','),
      ),
    );
    expect(await understand(text, { columns: set(6) })).toMatchObject({
      asks: [],
      bars: ['AAPL 1d 2024-01-02..2024-01-04 [301 302 300.5 301.5 11]'],
    });
  });

  test('a volume beside the prices of one symbol is its volume', async () => {
    expect((await understand(days('Date,SPY_Open,SPY_High,SPY_Low,SPY_Close,Volume', ''))).bars).toEqual([
      'SPY 1d 2024-01-02..2024-01-04 [1 2 0.5 1.5 10]',
    ]);
  });

  test('a volume beside the prices of two symbols is not used, and a note says so', async () => {
    const names = ['A', 'B'].map((symbol) =>
      ['Open', 'High', 'Low', 'Close'].map((name) => `${symbol}_${name}`).join(),
    );
    const rows = ['2024-01-02', '2024-01-03'].map((date) => `${date},1,2,0.5,1.5,1,2,0.5,1.5,10`);
    const { notes } = await understand([`Date,${names.join()},Volume`, ...rows].join('\n'));
    expect(notes).toBe('Volume names no symbol: the volume is 0.');
  });

  test.each([
    ['(yyyy-mm-dd),(p),(p),(p),(p),(thousands)', 10_000],
    [',USD,USD,USD,USD,shares', 10],
  ])('a row of units below the header: %s', async (units, volume) => {
    const text = days(`Date,Open,High,Low,Close,Volume\n${units}`, '');
    expect((await understand(text)).bars).toEqual([`AAPL 1d 2024-01-02..2024-01-04 [1 2 0.5 1.5 ${volume}]`]);
  });

  test.each([
    ['Vol (00s)', 1_000],
    ['Volume (hundreds)', 1_000],
    ['Volume (100s)', 1_000],
    ['Volume (1000s)', 10_000],
  ])('%s', async (name, volume) => {
    const { bars, notes } = await understand(days(`Date,Open,High,Low,Close,${name}`, ''));
    expect(bars).toEqual([expect.stringContaining(` ${volume}]`)]);
    expect(notes).toContain(`${name}: the volumes are multiplied by ${volume / 10}.`);
  });

  test.each(['Volume USD', 'Volume(KRW)', 'Volume EUR'])('%s alone may be a turnover', async (name) => {
    expect((await understand(days(`Date,Open,High,Low,Close,${name}`, ''))).notes).toMatch(
      /^By its name, Volume.* is a turnover in (USD|KRW|EUR)\.$/,
    );
  });

  test.each([
    ['Unit', ['USD', 'USD', 'USc']],
    ['Type', ['Actual', 'Actual', 'Forecast']],
    ['Futures', ['F (Jan 2024)', 'F (Jan 2024)', 'G (Feb 2024)']],
    ['Ex', ['N', 'N', 'Q']],
  ])('rows of several series by %s are asked about', async (name, values) => {
    const rows = ROWS.map((row, at) => `${row},${values[at]}`);
    expect((await understand([`Date,Open,High,Low,Close,Volume,${name}`, ...rows].join('\n'))).asks).toEqual([
      expect.stringContaining(`several values in column "${name}"`),
    ]);
  });

  test('dates that a spreadsheet has partly swapped are asked about', async () => {
    const of = (dates: string[]): string =>
      ['Date,Open,High,Low,Close,Volume', ...dates.map((date) => `${date},${VALUES}`)].join('\n');
    const message =
      'date_format: some dates seem to have day and month swapped, as a spreadsheet can do: line 2 has "11/01/2024". Export the file again without a spreadsheet, or choose a format to read all dates as written';
    const swapped = ['11/01/2024', '12/01/2024', '01/15/2024', '01/16/2024'];
    expect((await understand(of(swapped))).asks).toEqual(expect.arrayContaining([message]));
    const sorted = ['01/11/2024', '01/12/2024', '01/15/2024', '01/16/2024'];
    expect((await understand(of(sorted))).asks).toEqual([]);
    expect((await understand(of(sorted.toReversed()))).asks).toEqual([]);
    expect((await understand(of(swapped), { date_format: 'MM/DD/YYYY', timeframe: '1d' })).asks).toEqual([]);
  });

  test('half-hour bars of exchanges that open at 09:30 can have close times', async () => {
    const choices: ImportChoices = { timezone: 'Asia/Shanghai' };
    const of = (clocks: string[]): string =>
      [
        'datetime,open,high,low,close,volume',
        ...['02', '03', '04'].flatMap((day) => clocks.map((clock) => `2024-01-${day} ${clock},${VALUES}`)),
      ].join('\n');
    const opens = ['09:30', '10:00', '10:30', '11:00', '13:00', '13:30', '14:00', '14:30'];
    const closes = ['10:00', '10:30', '11:00', '11:30', '13:30', '14:00', '14:30', '15:00'];
    expect((await understand(of(closes), choices)).asks).toEqual([
      expect.stringContaining('stamps: the file does not say whether its times are the open or the close'),
    ]);
    expect((await understand(of(opens), choices)).asks).toEqual([]);
  });
});
