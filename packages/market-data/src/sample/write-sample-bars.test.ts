import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { readBars } from '../read-bars.js';
import { type SampleBarsRequest, writeSampleBars } from './write-sample-bars.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bars-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

const YEAR: Omit<SampleBarsRequest, 'dataDir'> = {
  symbol: 'AAPL',
  timeframe: '1h',
  startDate: '2024-01-01',
  endDate: '2024-12-31',
};

async function lines(file: string): Promise<string[]> {
  return (await readFile(join(dataDir, file), 'utf8')).split('\n');
}

describe('a synthetic sample', () => {
  test('can be read back and is marked synthetic', async () => {
    const response = await writeSampleBars({ dataDir, ...YEAR });
    const bars = await readBars({ dataDir, symbol: 'AAPL', timeframe: '1h' });
    expect(bars.synthetic).toBe(true);
    expect(response).toEqual({
      symbol: 'AAPL',
      timeframe: '1h',
      file: 'AAPL_1h.csv',
      path: join(dataDir, 'AAPL_1h.csv'),
      rows: bars.length,
      first: '2024-01-02T14:00:00Z',
      last: '2024-12-31T20:00:00Z',
      synthetic: true,
      source: null,
    });
    expect((await lines('AAPL_1h.csv'))[0]).toBe('# synthetic bars, not market data: AAPL 1h, seed 42');
    expect(await readdir(dataDir)).toEqual(['AAPL_1h.csv']);
  });

  test('is the same byte for byte on every machine', async () => {
    await writeSampleBars({ dataDir, ...YEAR });
    const hash = createHash('sha256').update(await readFile(join(dataDir, 'AAPL_1h.csv')));
    expect(hash.digest('hex')).toBe('818372d19614c23733875cde5e14415d7e39febc664e240e854399b21817e886');
  });

  test('differs with the symbol and the seed', async () => {
    const closes = async (symbol: string, seed?: number) => {
      await writeSampleBars({ dataDir, ...YEAR, symbol, seed, overwrite: true });
      return (await readBars({ dataDir, symbol, timeframe: '1h' })).close.join();
    };
    const all = [
      await closes('AAPL'),
      await closes('MSFT'),
      await closes('AAPL', 43),
      await closes('AAPL', 42),
    ];
    expect(new Set(all).size).toBe(3);
    expect(all[3]).toBe(all[0]);
  });

  test.each(['5m', '4h', '1d', '1w'])(
    'of a longer range holds the %s bars of a shorter one',
    async (timeframe) => {
      await writeSampleBars({
        dataDir,
        symbol: 'EURUSD',
        timeframe,
        startDate: '2020-01-01',
        endDate: '2020-12-31',
      });
      const longer = await lines(`EURUSD_${timeframe}.csv`);
      await writeSampleBars({
        dataDir,
        symbol: 'EURUSD',
        timeframe,
        startDate: '2020-04-08T10:30:00Z',
        endDate: '2020-06-18',
        overwrite: true,
      });
      const shorter = (await lines(`EURUSD_${timeframe}.csv`)).slice(2, -1);
      const from = longer.indexOf(shorter[0]!);
      expect(from).toBeGreaterThan(2);
      expect(longer.slice(from, from + shorter.length)).toEqual(shorter);
      expect(longer[from - 1]! < '2020-04-08T10:30').toBe(true);
      expect(longer[from + shorter.length]! > '2020-06-19').toBe(true);
    },
  );

  test('shows one market in every timeframe', async () => {
    const range = { symbol: 'AAPL', startDate: '2024-02-01', endDate: '2024-02-29' };
    for (const timeframe of ['1m', '1h', '1d']) await writeSampleBars({ dataDir, timeframe, ...range });
    const [minutes, hours, days] = await Promise.all(
      ['1m', '1h', '1d'].map((timeframe) => readBars({ dataDir, symbol: 'AAPL', timeframe })),
    );
    for (const [coarse, length] of [
      [hours!, 3_600_000],
      [days!, 86_400_000],
    ] as const) {
      for (const [row, time] of coarse.time.entries()) {
        const inside = [...minutes!.time.keys()].filter(
          (at) => Math.floor(minutes!.time[at]! / length) === time / length,
        );
        expect(coarse.open[row]).toBe(minutes!.open[inside[0]!]);
        expect(coarse.close[row]).toBe(minutes!.close[inside.at(-1)!]);
        expect(coarse.high[row]).toBe(Math.max(...inside.map((at) => minutes!.high[at]!)));
        expect(coarse.low[row]).toBe(Math.min(...inside.map((at) => minutes!.low[at]!)));
        expect(coarse.volume[row]).toBe(inside.reduce((sum, at) => sum + minutes!.volume[at]!, 0));
      }
    }
  });

  test('has sessions: seven hours on weekdays, round the clock for currency pairs, gaps on holidays', async () => {
    await writeSampleBars({ dataDir, ...YEAR });
    await writeSampleBars({ dataDir, ...YEAR, symbol: 'EUR.USD' });
    const equity = await readBars({ dataDir, symbol: 'AAPL', timeframe: '1h' });
    const pair = await readBars({ dataDir, symbol: 'EUR.USD', timeframe: '1h' });
    const hours = (bars: typeof equity) =>
      new Set(Array.from(bars.time, (time) => new Date(time).getUTCHours()));
    const daysOf = (bars: typeof equity) =>
      new Set(Array.from(bars.time, (time) => new Date(time).toISOString().slice(0, 10)));
    expect([...hours(equity)]).toEqual([14, 15, 16, 17, 18, 19, 20]);
    expect(hours(pair).size).toBe(24);
    for (const day of [...daysOf(equity), ...daysOf(pair)]) {
      expect(new Date(day).getUTCDay()).toBeGreaterThan(0);
      expect(new Date(day).getUTCDay()).toBeLessThan(6);
    }
    for (const holiday of ['2024-07-04', '2024-11-28', '2024-12-25'])
      expect(daysOf(equity)).not.toContain(holiday);
    expect(daysOf(equity).size).toBe(258);
    expect(equity.length).toBeLessThan(258 * 7);
  });

  test('moves like a market: gaps overnight, calm and wild months, trends both ways', async () => {
    await writeSampleBars({ dataDir, ...YEAR, startDate: '2020-01-01' });
    const { time, open, close } = await readBars({ dataDir, symbol: 'AAPL', timeframe: '1h' });
    let gaps = 0;
    const months = new Map<string, number[]>();
    for (let row = 1; row < time.length; row++) {
      if (time[row]! - time[row - 1]! > 3_600_000 && Math.abs(open[row]! / close[row - 1]! - 1) > 0.005)
        gaps++;
      const month = new Date(time[row]!).toISOString().slice(0, 7);
      months.set(month, [...(months.get(month) ?? []), Math.log(close[row]! / close[row - 1]!)]);
    }
    const variance = [...months.values()].map((returns) =>
      returns.reduce((sum, move) => sum + move * move, 0),
    );
    const moves = [...months.values()].map((returns) => returns.reduce((sum, move) => sum + move, 0));
    expect(gaps).toBeGreaterThan(200);
    expect(Math.max(...variance) / Math.min(...variance)).toBeGreaterThan(4);
    expect(Math.max(...moves)).toBeGreaterThan(0.08);
    expect(Math.min(...moves)).toBeLessThan(-0.08);
  });

  test('gives a zigzag of 2.5 % several segments a month', async () => {
    await writeSampleBars({ dataDir, ...YEAR, startDate: '2023-01-01' });
    const { close } = await readBars({ dataDir, symbol: 'AAPL', timeframe: '1h' });
    let extreme = close[0]!;
    let direction = 0;
    let turns = 0;
    for (const price of close) {
      const move = price / extreme - 1;
      if (move * direction > 0) extreme = price;
      else if (Math.abs(move) >= 0.025) {
        direction = Math.sign(move);
        extreme = price;
        turns++;
      }
    }
    expect(turns).toBeGreaterThan(24 * 4);
  });

  test.each([
    ['1h', undefined, undefined, '2023-01-02T14:00:00Z', '2024-12-31T20:00:00Z'],
    ['1d', undefined, undefined, '2015-01-02', '2024-12-31'],
    ['1h', '2010-06-01', undefined, '2010-06-01T14:00:00Z', '2012-05-31T20:00:00Z'],
    ['1h', undefined, '2010-06-01', '2008-06-02T14:00:00Z', '2010-06-01T20:00:00Z'],
    ['1d', '2099-06-01', undefined, '2099-06-01', '2099-12-31'],
    ['1d', undefined, '1970-06-01', '1970-01-02', '1970-06-01'],
  ])('%s from %s to %s: %s .. %s', async (timeframe, startDate, endDate, first, last) => {
    const response = await writeSampleBars({ dataDir, symbol: 'AAPL', timeframe, startDate, endDate });
    expect([response.first, response.last]).toEqual([first, last]);
  });
});

describe('the S&P 500', () => {
  test('is the real one, all 5,105 days of it', async () => {
    const response = await writeSampleBars({ dataDir, symbol: 'SP500', timeframe: '1d' });
    expect(response).toEqual({
      symbol: 'SP500',
      timeframe: '1d',
      file: 'SP500_1d.csv',
      path: join(dataDir, 'SP500_1d.csv'),
      rows: 5105,
      first: '2000-01-03',
      last: '2020-04-17',
      synthetic: false,
      source: 'S&P 500 index, from the npm package vega-datasets 3.2.1',
    });
    const bars = await readBars({ dataDir, symbol: 'SP500', timeframe: '1d' });
    expect([bars.length, bars.synthetic, bars.close[5104]]).toEqual([5105, false, 2874.560059]);
    expect((await lines('SP500_1d.csv'))[2]).toBe(
      '2000-01-03,1469.25,1478,1438.359985,1455.219971,931800000',
    );
  });

  test('keeps to the requested dates', async () => {
    const response = await writeSampleBars({
      dataDir,
      symbol: 'SP500',
      timeframe: '1d',
      startDate: '2008-09-01',
      endDate: '2008-10-31',
    });
    expect([response.rows, response.first, response.last]).toEqual([44, '2008-09-02', '2008-10-31']);
    await expect(
      writeSampleBars({
        dataDir,
        symbol: 'SP500',
        timeframe: '1d',
        startDate: '2022-01-01',
        overwrite: true,
      }),
    ).rejects.toMatchObject({
      code: 'no_bars_in_range',
      message: expect.stringContaining('5,105 bars from 2000-01-03 to 2020-04-17'),
    });
    expect((await lines('SP500_1d.csv')).length).toBe(44 + 3);
  });
});

describe('an existing file', () => {
  test('is kept unless overwrite is set', async () => {
    await writeFile(join(dataDir, 'AAPL_1h.csv'), 'mine');
    await expect(writeSampleBars({ dataDir, ...YEAR })).rejects.toMatchObject({
      code: 'bars_exist',
      message: `AAPL_1h.csv already exists in ${dataDir} and was not changed. To replace it, set overwrite (--overwrite).`,
    });
    expect(await lines('AAPL_1h.csv')).toEqual(['mine']);
    await writeSampleBars({ dataDir, ...YEAR, overwrite: true });
    expect((await lines('AAPL_1h.csv')).length).toBeGreaterThan(1000);
    expect(await readdir(dataDir)).toEqual(['AAPL_1h.csv']);
  });

  test('is written by only one of several concurrent writers', async () => {
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map((seed) => writeSampleBars({ dataDir, ...YEAR, seed })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as KtrdrError] : [],
    );
    expect(failures.map(({ code }) => code)).toEqual(['bars_exist', 'bars_exist', 'bars_exist']);
    const winner = results.findIndex(({ status }) => status === 'fulfilled') + 1;
    expect((await lines('AAPL_1h.csv'))[0]).toMatch(new RegExp(`seed ${winner}$`));
    expect(await readdir(dataDir)).toEqual(['AAPL_1h.csv']);
  });
});

describe('a rejected sample leaves nothing behind', () => {
  test.each([
    [{ symbol: '../x' }, 'invalid_name', '"../x" must be a symbol'],
    [
      { timeframe: '2h' },
      'invalid_name',
      '"2h" is not a timeframe: choose one of 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w.',
    ],
    [{ startDate: '2024-02-30' }, 'invalid_date', '2024-02 has 29 days'],
    [{ startDate: '2025-02-01' }, 'invalid_date_range', 'is after the end date 2024-12-31'],
    [
      { startDate: '1969-12-31' },
      'invalid_date_range',
      'go from 1970-01-01 to 2099-12-31; you requested 1969-12-31 to 2024-12-31. Choose a start_date and an end_date inside that range.',
    ],
    [{ endDate: '2100-01-01' }, 'invalid_date_range', 'go from 1970-01-01 to 2099-12-31'],
    [{ startDate: '2024-01-06', endDate: '2024-01-07' }, 'no_bars_in_range', 'close at weekends'],
    [
      { symbol: 'EURUSD', timeframe: '1m', startDate: '2010-01-01' },
      'invalid_date_range',
      'has 5,605,920 bars; a sample has at most 2,000,000',
    ],
  ])('%j: %s', async (change, code, message) => {
    await expect(writeSampleBars({ dataDir, ...YEAR, ...change })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('a folder path that is a file is rejected', async () => {
    await writeFile(join(dataDir, 'file'), '');
    await expect(writeSampleBars({ dataDir: join(dataDir, 'file'), ...YEAR })).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('Check that DATA_DIR is a writable folder'),
    });
  });

  test('a missing folder is created', async () => {
    await writeSampleBars({ dataDir: join(dataDir, 'a/b'), ...YEAR });
    expect(await readdir(join(dataDir, 'a/b'))).toEqual(['AAPL_1h.csv']);
  });
});
