import { describe, expect, test } from '@jest/globals';
import type { ImportChoices } from '@ktrdr/contracts';
import { readImport } from '../src/read-import.js';
import { CONTEXT, refusal, understand, withFile } from './understand-file.js';

const HEADER = 'date,open,high,low,close,volume';

/** Daily bars with these values of one more column; those of one date are together if `perDate` is more than one. */
function barsWith(column: string, values: readonly string[], perDate = 1): string {
  const rows = values.map((value, at) => {
    const day = 2 + Math.floor(at / perDate);
    return `2024-01-${String(day).padStart(2, '0')},${at + 1},${at + 2},${at + 0.5},${at + 1.5},10,${value}`;
  });
  return [`${HEADER},${column}`, ...rows].join('\n');
}

async function storedCloses(content: string, choices: ImportChoices): Promise<Record<string, number[]>> {
  const { understood, bars } = await withFile(content, (path) =>
    readImport({ path, name: 'X.csv' }, choices, CONTEXT),
  );
  expect(understood.questions).toEqual([]);
  return Object.fromEntries(bars.map(({ symbol, close }) => [symbol, [...close]]));
}

describe('rows of several series in one file', () => {
  test.each([
    ['currency', 'USD', 'EUR'],
    ['Ccy', 'USD', 'EUR'],
    ['exchange', 'NYSE', 'BATS'],
    ['Market', 'KOSPI', 'KOSDAQ'],
    ['BOARDID', 'TQBR', 'SMAL'],
    ['venue', 'binance', 'kraken'],
    ['SERIES', 'EQ', 'BE'],
    ['expiry', '2024-03-15', '2024-06-21'],
    ['Contract Month', '202403', '202406'],
    ['strike', '100', '110'],
    ['Option Type', 'CE', 'PE'],
    ['instrument_id', '4711', '4712'],
    ['publisher_id', '1', '2'],
    ['is_adjusted', 'true', 'false'],
    ['adjusted', 'true', 'false'],
    ['adjustflag', '1', '3'],
    ['side', 'BID', 'ASK'],
    ['priceType', 'bid', 'mid'],
    ['session', 'RTH', 'ETH'],
    ['Session Type', 'pre', 'regular'],
    ['source', 'yahoo', 'stooq'],
    ['isin', 'US0378331005', 'US5949181045'],
    ['multiplier', '1', '5'],
  ])('%s: which of them is asked, also if they have no time in common', async (column, one, other) => {
    for (const [values, perDate] of [
      [[one, other, one, other, one, other], 1],
      [[one, one, one, other, other, other], 1],
      [[one, other, one, other, one, other], 2],
    ] as const) {
      // a column of symbols makes a series of each
      const text =
        column === 'isin'
          ? barsWith(
              'isin,symbol',
              values.map((value) => `${value},X`),
              perDate,
            )
          : barsWith(column, values, perDate);
      const { asks, answers } = await understand(text);
      expect(asks).toEqual([
        expect.stringContaining(
          `only: The bars of one symbol have several values in column "${column}": "${one}", "${other}"`,
        ),
      ]);
      const everything = perDate === 1 ? [`${column}=*`] : [];
      expect(answers).toEqual([`${column}=${one}`, `${column}=${other}`, ...everything]);
      const closes = values.flatMap((value, at) => (value === other ? [at + 1.5] : []));
      expect(await storedCloses(text, { timeframe: '1d', only: { [column]: other } })).toEqual({ X: closes });
    }
  });

  test('the rows of other values are left out with their line', async () => {
    const text = barsWith('currency', ['USD', 'EUR', 'USD', 'EUR'], 2);
    expect(await understand(text, { only: { currency: 'EUR' } })).toMatchObject({
      asks: [],
      bars: ['AAPL 1d 2024-01-02..2024-01-03 [4 5 3.5 4.5 10]'],
      leftOut: ['2: currency is "USD"', '4: currency is "USD"'],
    });
  });

  test('a column with one value, or one for each symbol, is no question', async () => {
    expect((await understand(barsWith('currency', ['USD', 'USD', '']))).asks).toEqual([]);
    const text = barsWith('currency,symbol', ['USD,A', 'EUR,B', 'USD,A', 'EUR,B'], 2);
    expect(await storedCloses(text, {})).toEqual({ A: [1.5, 3.5], B: [2.5, 4.5] });
  });

  test('each value can become a symbol, and all rows can be one series', async () => {
    const text = barsWith('exchange', ['NYSE', 'NYSE', 'BATS', 'BATS']);
    expect((await understand(text)).asks[0]).toContain('--columns symbol=exchange');
    expect(await storedCloses(text, { columns: { symbol: 'exchange' } })).toEqual({
      NYSE: [1.5, 2.5],
      BATS: [3.5, 4.5],
    });
    expect(await storedCloses(text, { only: { exchange: '*' } })).toEqual({ X: [1.5, 2.5, 3.5, 4.5] });
  });

  test('two exchanges under one symbol are asked about', async () => {
    const text = barsWith('symbol,exchange', ['A,NYSE', 'A,BATS', 'A,NYSE', 'A,BATS'], 2);
    const { asks } = await understand(text);
    expect(asks).toEqual([expect.stringContaining('several values in column "exchange": "NYSE", "BATS"')]);
    expect(await storedCloses(text, { only: { exchange: 'BATS' } })).toEqual({ A: [2.5, 4.5] });
  });

  test.each(['interval', 'timeframe', 'tf', 'period'])('several timeframes in column %s', async (column) => {
    const text = [
      `time,open,high,low,close,volume,${column}`,
      '2024-01-02T00:00:00Z,1,2,0.5,1.5,10,1h',
      '2024-01-02T00:00:00Z,1,4,0.5,3.5,40,4h',
      '2024-01-02T01:00:00Z,1,2,0.5,1.8,10,1h',
      '2024-01-02T02:00:00Z,1,2,0.5,1.5,10,1h',
    ].join('\n');
    const { asks, answers } = await understand(text);
    expect(asks).toEqual([expect.stringContaining(`several values in column "${column}": "1h", "4h"`)]);
    expect(answers).toEqual([`${column}=1h`, `${column}=4h`]);
    expect((await understand(text, { only: { [column]: '4h' } })).bars).toEqual([
      'AAPL 4h 2024-01-02T00:00:00Z..2024-01-02T00:00:00Z [1 4 0.5 3.5 40]',
    ]);
  });

  test('a column of words that tells rows of one time apart is asked about, whatever it is called', async () => {
    const text = barsWith('note,kind', [',a', 'x,b', ',a', 'x,b'], 2);
    const { asks, answers } = await understand(text);
    expect(asks).toEqual([
      'only: The bars of one symbol have several values in column "kind": "a", "b"; lines 2 and 3 have the same time. Which one do you want to import? To import each value as a symbol of its own: --columns symbol=kind.',
    ]);
    expect(answers).toEqual(['kind=a', 'kind=b']);
    expect(await storedCloses(text, { only: { kind: 'b' } })).toEqual({ X: [2.5, 4.5] });
  });

  test('all values as one series, but rows of one time: the import asks for one value', async () => {
    const text = barsWith('currency', ['USD', 'EUR', 'USD', 'EUR'], 2);
    const { asks, answers } = await understand(text, { only: { currency: '*' } });
    expect(asks).toEqual([expect.stringContaining('"USD", "EUR"; lines 2 and 3 have the same time')]);
    expect(answers).toEqual(['currency=USD', 'currency=EUR']);
  });

  test('rows of one time that no column tells apart are bad rows', async () => {
    expect((await understand(barsWith('trades', ['1', '2', '3', '4'], 2))).asks).toEqual([
      expect.stringContaining(
        'bad_rows: 2 rows have invalid values. The first: AAPL.csv:3: time 2024-01-02 is a duplicate of line 2',
      ),
    ]);
  });

  test('without a header, the number of a column chooses', async () => {
    const rows = [
      '2024-01-02,1,2,0.5,1.5,10,a',
      '2024-01-02,2,3,1.5,2.5,10,b',
      '2024-01-03,1,2,0.5,1.6,10,a',
    ];
    const text = rows.join('\n');
    expect((await understand(text)).answers).toEqual(['7=a', '7=b']);
    expect(await storedCloses(text, { only: { 7: 'a' } })).toEqual({ X: [1.5, 1.6] });
  });

  test('a value or column that is not there is refused', async () => {
    const text = barsWith('currency', ['USD', 'EUR']);
    expect(await refusal(text, { only: { currency: 'GBP' } })).toMatchObject({
      message: 'AAPL.csv: no row with currency=GBP is a bar. Line 2: currency is "USD"',
    });
    expect(await refusal(text, { only: { ccy: 'USD' } })).toMatchObject({
      message: expect.stringContaining('only: there is no column "ccy". The columns are date,'),
    });
  });
});

describe('a column that says whether a bar was complete', () => {
  test.each([
    ['complete', 'true', 'false'],
    ['confirm', '1', '0'],
  ])('%s: the newest bars can be open', async (column, yes, no) => {
    const text = barsWith(column, [yes, yes, yes, no]);
    expect(await understand(text)).toMatchObject({ asks: [], leftOut: ['5: the bar was not complete'] });
  });

  test('if a newer bar was complete, the import asks what the column means', async () => {
    const text = barsWith('confirm', ['1', '0', '1', '1', '0']);
    const { asks, answers } = await understand(text);
    expect(asks).toEqual([
      'only: confirm says that the bar in line 3 was not complete, but line 5 is a newer bar that was. Only the newest bar can be incomplete. Which rows do you want to import?',
    ]);
    expect(answers).toEqual(['confirm=1', 'confirm=0', 'confirm=*']);
    expect(await storedCloses(text, { only: { confirm: '*' } })).toEqual({ X: [1.5, 2.5, 3.5, 4.5, 5.5] });
    expect(await storedCloses(text, { only: { confirm: '1' } })).toEqual({ X: [1.5, 3.5, 4.5] });
  });

  test('newest first', async () => {
    const [header, ...rows] = barsWith('complete', ['true', 'true', 'false']).split('\n');
    const text = [header, ...rows.toReversed()].join('\n');
    expect(await understand(text)).toMatchObject({ asks: [], leftOut: ['2: the bar was not complete'] });
  });

  test('an incomplete bar does not make an empty volume column a partly filled one', async () => {
    const text = barsWith('complete', ['true', 'true', 'false']).replaceAll(
      /,\d+(,(?:true|false))$/gm,
      ',-1$1',
    );
    const { asks, bars } = await understand(text);
    expect(asks).toEqual([]);
    expect(bars).toEqual([expect.stringContaining(' 0]')]);
  });

  test('if no bar was complete, the import asks', async () => {
    const { asks } = await understand(barsWith('confirm', ['0', '0', '0']));
    expect(asks).toEqual([
      expect.stringContaining('only: confirm says that the bar in line 2 was not complete, and that no'),
    ]);
  });
});
