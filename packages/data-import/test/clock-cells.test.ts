import { describe, expect, test } from '@jest/globals';
import { understand } from './understand-file.js';

const VALUES = '1.5,2.5,1.25,1.75,100';
const file = (clocks: readonly string[], date = '2024-01-02'): string =>
  ['Date,Time,Open,High,Low,Close,Volume', ...clocks.map((clock) => `${date},${clock},${VALUES}`)].join('\n');

describe('times of day in a column of their own', () => {
  test.each([
    ['points', ['09.30', '09.31', '09.32'], '1m 2024-01-02T09:30:00Z..2024-01-02T09:32:00Z'],
    [
      'points and seconds',
      ['9.30.00', '9.35.00', '9.40.00'],
      '5m 2024-01-02T09:30:00Z..2024-01-02T09:40:00Z',
    ],
    ['seconds since midnight', ['34200', '34260', '34320'], '1m 2024-01-02T09:30:00Z..2024-01-02T09:32:00Z'],
    ['seconds from midnight on', ['0', '3600', '39600'], '1h 2024-01-02T00:00:00Z..2024-01-02T11:00:00Z'],
    [
      'milliseconds since midnight',
      ['34200000', '34260000', '34320000'],
      '1m 2024-01-02T09:30:00Z..2024-01-02T09:32:00Z',
    ],
    ['digits', ['93000', '93100', '93200'], '1m 2024-01-02T09:30:00Z..2024-01-02T09:32:00Z'],
    ['digits in the night', ['030000', '040000', '050000'], '1h 2024-01-02T03:00:00Z..2024-01-02T05:00:00Z'],
    ['digits with ms', ['93000000', '93100000', '93200000'], '1m 2024-01-02T09:30:00Z..2024-01-02T09:32:00Z'],
  ])('%s', async (_, clocks, bars) => {
    for (const date of ['2024-01-02', '20240102', '02-Jan-24'])
      expect(
        await understand(file(clocks, date), { timezone: 'UTC', timeframe: bars.split(' ')[0]! }),
      ).toMatchObject({
        asks: [],
        bars: [`AAPL ${bars} [1.5 2.5 1.25 1.75 100]`],
      });
  });

  test('dates with points in a column called a time are no times of day', async () => {
    const rows = ['10.02.00', '11.02.00', '14.02.00', '15.02.00'].map((date) => `${date},1,2,0.5,1.5,10`);
    const { bars } = await understand(['timestamp,open,high,low,close,volume', ...rows].join('\n'), {
      date_format: 'DD.MM.YY',
    });
    expect(bars).toEqual(['AAPL 1d 2000-02-10..2000-02-15 [1 2 0.5 1.5 10]']);
  });

  test('times that can be digits or a count are asked about', async () => {
    const text = file(['30000', '33000', '60000']);
    const choices = { timezone: 'UTC', timeframe: '30m' };
    const { asks, answers } = await understand(text, choices);
    expect(asks).toEqual([
      'date_format: the times of day can be HHmmss, or seconds since midnight (line 2 has "2024-01-02 30000", line 4 has "2024-01-02 60000"): choose the format of date and time',
    ]);
    expect(answers).toEqual(['YYYY-MM-DD HHmmss', 'YYYY-MM-DD seconds']);
    const read = async (date_format: string): Promise<string[]> =>
      (await understand(text, { ...choices, date_format })).bars;
    expect(await read(answers[0]!)).toEqual([expect.stringContaining('T03:00:00Z..2024-01-02T06:00:00Z')]);
    expect(await read(answers[1]!)).toEqual([expect.stringContaining('T08:20:00Z..2024-01-02T16:40:00Z')]);
  });

  test('ThetaData: milliseconds of the day before the prices, the date behind them', async () => {
    const text = [
      'ms_of_day,open,high,low,close,volume,count,date',
      '34200000,150.1,151,150,150.5,1000,12,20240102',
      '34260000,150.5,151,150,150.6,1000,12,20240102',
    ].join('\n');
    expect((await understand(text, { timezone: 'America/New_York' })).bars).toEqual([
      'AAPL 1m 2024-01-02T14:30:00Z..2024-01-02T14:31:00Z [150.5 151 150 150.6 1000]',
    ]);
  });
});

test('volumes in lakh and crore', async () => {
  const rows = ['12.5L', '1.2Cr', '3 Lakh', '2 crore', '0.5 lac'].map(
    (volume, day) => `2024-01-0${day + 2},1,2,0.5,1.5,${volume}`,
  );
  const text = ['Date,Open,High,Low,Close,Volume', ...rows].join('\n');
  const volumes = await Promise.all(
    rows.map(async (_, at) => {
      const until = text
        .split('\n')
        .slice(0, at + 2)
        .join('\n');
      return Number(/ (\d+)\]/.exec((await understand(until, { timeframe: '1d' })).bars[0]!)![1]);
    }),
  );
  expect(volumes).toEqual([1_250_000, 12_000_000, 300_000, 20_000_000, 50_000]);
});
