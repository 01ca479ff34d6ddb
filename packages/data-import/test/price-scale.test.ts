import { describe, expect, test } from '@jest/globals';
import { understand } from './understand-file.js';

const DATABENTO = 'ts_event,rtype,publisher_id,instrument_id,open,high,low,close,volume,symbol';

describe('prices as whole numbers of a small unit', () => {
  test('Databento: its columns say it for certain', async () => {
    const text = [
      DATABENTO,
      '1609160400000000000,33,1,5482,3702250000000,3702750000000,3701500000000,3702500000000,350,ESH1',
      '1609160460000000000,33,1,5482,3702500000000,3703000000000,3702250000000,3702750000000,12,ESH1',
      '1609160520000000000,33,1,5482,3702500000000,3703000000000,3702250000000,3702750000000,90,ESH1',
    ].join('\n');
    const { bars, asks, notes } = await understand(text);
    expect(asks).toEqual([]);
    expect(bars).toEqual([
      'ESH1 1m 2020-12-28T13:00:00Z..2020-12-28T13:02:00Z [3702.5 3703 3702.25 3702.75 90]',
    ]);
    expect(notes).toContain(
      'The import divides them by 1000000000. Use --price-scale 1 to keep them as written.',
    );
    expect((await understand(text, { price_scale: '1' })).bars[0]).toContain('[3702500000000 ');
  });

  test('Databento, JSON lines', async () => {
    const bar = (ts: string, close: string): string =>
      `{"hd":{"ts_event":"${ts}","rtype":33,"publisher_id":1,"instrument_id":5482},"open":"3702250000000","high":"3702750000000","low":"3701500000000","close":"${close}","volume":"350"}`;
    const text = [
      bar('1609160400000000000', '3702500000000'),
      bar('1609160460000000000', '3702250000000'),
    ].join('\n');
    expect((await understand(text, {}, 'ES.json')).bars).toEqual([
      'ES 1m 2020-12-28T13:00:00Z..2020-12-28T13:01:00Z [3702.25 3702.75 3701.5 3702.25 350]',
    ]);
  });

  test('Databento with decimal prices', async () => {
    const text = [
      DATABENTO,
      '2020-12-28T13:00:00.000000000Z,33,1,5482,3702.250000000,3702.750000000,3701.500000000,3702.500000000,350,ESH1',
      '2020-12-28T13:01:00.000000000Z,33,1,5482,3702.500000000,3703.000000000,3702.250000000,3702.750000000,12,ESH1',
    ].join('\n');
    expect((await understand(text)).bars).toEqual([
      'ESH1 1m 2020-12-28T13:00:00Z..2020-12-28T13:01:00Z [3702.5 3703 3702.25 3702.75 12]',
    ]);
  });

  test('Databento, two instruments without a symbol', async () => {
    const text = [
      DATABENTO.replace(',symbol', ''),
      '1609160400000000000,33,1,5482,3702250000000,3702750000000,3701500000000,3702500000000,350',
      '1609160460000000000,33,1,5483,3602250000000,3602750000000,3601500000000,3602500000000,350',
    ].join('\n');
    expect((await understand(text)).asks[0]).toContain(
      'several values in column "instrument_id": "5482", "5483"',
    );
  });

  test('QuantConnect LEAN, daily: asks', async () => {
    const text = [
      '20131001 00:00,1676900,1698200,1673500,1681700,5173105',
      '20131002 00:00,1681700,1698200,1673500,1691300,5173105',
      '20131003 00:00,1691300,1698200,1673500,1677900,5173105',
    ].join('\n');
    const { asks, answers } = await understand(text, { timeframe: '1d' }, 'spy.csv');
    expect(asks).toEqual([
      'price_scale: All prices are whole numbers, in the layout of QuantConnect LEAN: is the close 1681700 or 168.17?',
    ]);
    expect(answers).toEqual(['10000', '1']);
    expect((await understand(text, { price_scale: '10000' }, 'spy.csv')).bars).toEqual([
      'spy 1d 2013-10-01..2013-10-03 [169.13 169.82 167.35 167.79 5173105]',
    ]);
    expect((await understand(text, { price_scale: '1' }, 'spy.csv')).bars[0]).toContain('[1691300 ');
  });

  test('a scale counts for every price, also the adjusted close', async () => {
    const text = [
      'Date,Open,High,Low,Close,Adj Close,Volume',
      '2024-01-02,150,200,100,175,87.5,10',
      '2024-01-03,150,200,100,175,,10',
      '2024-01-04,,,,,,',
    ].join('\n');
    const choices = { price_scale: '100', bad_rows: 'drop', timeframe: '1d' } as const;
    expect((await understand(text, choices)).bars).toEqual([
      'AAPL 1d 2024-01-02..2024-01-03 [1.5 2 1 1.75 10]',
    ]);
    const { bars, leftOut, notes } = await understand(text, { ...choices, adjust: 'ratio' });
    expect(bars).toEqual(['AAPL 1d 2024-01-02..2024-01-02 [0.75 1 0.5 0.875 10]']);
    expect(leftOut).toHaveLength(2);
    expect(notes).toContain('The prices are divided by 100.');
  });
});
