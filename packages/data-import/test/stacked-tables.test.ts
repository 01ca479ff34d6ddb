import { describe, expect, test } from '@jest/globals';
import { refusal, understand } from './understand-file.js';

const HEADER = 'Date,Open,High,Low,Close,Volume';
const JANUARY = ['2024-01-02,1,2,0.5,1.5,10', '2024-01-03,1.5,2.5,1,2,20'];
const FEBRUARY = ['2024-02-01,301,302,300.5,301.5,30', '2024-02-02,301.5,302.5,301,302,40'];

describe('tables below each other in one file are not joined without a question', () => {
  test.each([
    ['a header again', [HEADER, ...JANUARY, HEADER, ...FEBRUARY], '4: a header stands between bars'],
    ['titles', ['AAPL', HEADER, ...JANUARY, 'MSFT', ...FEBRUARY], '5: the line "MSFT" stands between bars'],
    [
      'titles and headers',
      ['AAPL', HEADER, ...JANUARY, '', 'MSFT', HEADER, ...FEBRUARY],
      '6: the line "MSFT" stands between bars',
    ],
    [
      'titles in a sheet',
      [HEADER, ...JANUARY, ',,,,,', 'Symbol: MSFT,,,,,', ...FEBRUARY],
      '5: the line "Symbol: MSFT" stands between bars',
    ],
    [
      'codes as titles',
      ['005930', HEADER, ...JANUARY, '000660', ...FEBRUARY],
      '5: the line "000660" stands between bars',
    ],
    [
      'titles in two cells',
      [HEADER, ...JANUARY, 'Symbol,MSFT', ...FEBRUARY],
      '4: the line "Symbol MSFT" stands between bars',
    ],
    [
      'titles without a header',
      [...JANUARY, '# MSFT', ...FEBRUARY],
      '3: the line "# MSFT" stands between bars',
    ],
  ])('%s', async (_, lines, message) => {
    const { asks } = await understand(lines.join('\n'), { timeframe: '1d' });
    expect(asks).toEqual([
      `bad_rows: One row has an invalid value. The first: AAPL.csv:${message}: another table may begin here. Split the file; --bad-rows drop joins both parts into one series`,
    ]);
    expect(await understand(lines.join('\n'), { timeframe: '1d', bad_rows: 'drop' })).toMatchObject({
      asks: [],
      bars: ['AAPL 1d 2024-01-02..2024-02-02 [301.5 302.5 301 302 40]'],
    });
  });

  test('a table with other columns is refused, also if bad rows are dropped', async () => {
    const text = [HEADER, ...JANUARY, 'Date,Close,High,Low,Open,Volume', ...FEBRUARY].join('\n');
    expect(await refusal(text, { bad_rows: 'drop' })).toMatchObject({
      message: 'AAPL.csv:4: another table begins here, with other columns: split the file',
    });
  });

  test('rows with a symbol of their own need no title', async () => {
    const of = (rows: string[], symbol: string): string[] => rows.map((row) => `${row},${symbol}`);
    const header = `${HEADER},Symbol`;
    const lines = [header, ...of(JANUARY, 'AAPL'), header, 'Microsoft', ...of(FEBRUARY, 'MSFT')];
    expect(await understand(lines.join('\n'))).toMatchObject({
      asks: [],
      bars: [expect.stringMatching(/^AAPL /), expect.stringMatching(/^MSFT /)],
      leftOut: ['4: a repeated header', '5: no price'],
    });
  });

  test('rows that an option leaves out can be titles too', async () => {
    const of = (rows: string[], board: string): string[] => rows.map((row) => `${row},${board}`);
    const header = `${HEADER},Board`;
    const lines = [header, ...of(JANUARY, 'A'), header, ...of(FEBRUARY, 'A')];
    expect((await understand(lines.join('\n'), { timeframe: '1d', only: { Board: 'A' } })).asks).toEqual([
      expect.stringContaining('AAPL.csv:4: a header stands between bars'),
    ]);
  });

  test('a row that says why there is no bar is no title', async () => {
    for (const row of ['Market closed (holiday),,,,,', '2024-01-04,closed,,,,', 'January 2024,,,,,', ',,,,,'])
      expect(
        (await understand([HEADER, ...JANUARY, row, ...FEBRUARY].join('\n'), { timeframe: '1d' })).asks,
      ).toEqual([]);
  });

  test('a header or words after the last bar are left out', async () => {
    const lines = [HEADER, ...JANUARY, HEADER, 'Data provided by X'];
    expect(await understand(lines.join('\n'))).toMatchObject({
      asks: [],
      leftOut: ['4: a repeated header', '5: no price'],
    });
  });
});
