import { describe, expect, test } from '@jest/globals';
import { understand } from './understand-file.js';

const HEADER = 'Date,Open,High,Low,Close,Volume';
const DAYS = ['2024-01-02,1,2,0.5,1.5,10', '2024-01-03,1.5,2.5,1,2,20', '2024-01-04,2,3,1.5,2.5,30'];

describe('files that could be read in a wrong way without a question', () => {
  test('the newest bar of a list of OKX may be open: its last number says so', async () => {
    const rows = ['0', '1', '1'].map((flag, at) => [
      String(1_597_026_480_000 - at * 60_000),
      '8533',
      '8553',
      '8527',
      '8548',
      '45',
      '529',
      '529',
      flag,
    ]);
    const text = JSON.stringify({ code: '0', msg: '', data: rows });
    const { asks, answers } = await understand(text, {}, 'BTC.json');
    expect(asks).toEqual([
      'only: column 9 is 0 in line 1, and 1 in others: the bar may not have been complete. Which rows do you want to import?',
    ]);
    expect(answers).toContain('9=1');
    const closed = await understand(text, { only: { 9: '1' } }, 'BTC.json');
    expect(closed).toMatchObject({ asks: [], leftOut: ['1: column 9 is "0"'] });
    const complete = JSON.stringify({ data: rows.slice(1) });
    expect((await understand(complete, {}, 'BTC.json')).asks).toEqual([]);
  });

  test('without a header, a column of words with several values is asked about', async () => {
    const text = (last: string): string =>
      DAYS.map((row, at) => `${row},${at === 2 ? last : 'USD'}`).join('\n');
    const { asks, answers } = await understand(text('EUR'));
    expect(asks).toEqual([expect.stringContaining('several values in column 7: "USD", "EUR"')]);
    expect(answers).toEqual(['7=USD', '7=EUR', '7=*']);
    expect((await understand(text('USD'))).asks).toEqual([]);
  });

  test('without a header, numbers before the time can be codes of shares', async () => {
    const text = (codes: string[]): string => DAYS.map((row, at) => `${codes[at]},${row}`).join('\n');
    expect((await understand(text(['005930', '005930', '000660']))).asks).toEqual([
      expect.stringContaining('several values in column 1: "005930", "000660"'),
    ]);
    const symbols = await understand(text(['005930', '000660', '000660']), {
      columns: { symbol: '1' },
      timeframe: '1d',
    });
    expect(symbols).toMatchObject({
      asks: [],
      bars: [expect.stringMatching(/^005930 /), expect.stringMatching(/^000660 /)],
    });
    for (const codes of [
      ['0', '1', '2'],
      ['7', '7', '7'],
    ])
      expect((await understand(text(codes))).asks).toEqual([]);
  });

  test.each(['Code', '종목코드', 'コード', '证券代码'])('codes in column %s', async (name) => {
    const rows = DAYS.map((row, at) => `${row},${at === 0 ? '005930' : '000660'}`);
    const { asks, bars } = await understand([`${HEADER},${name}`, ...rows].join('\n'), { timeframe: '1d' });
    if (name === 'Code') expect(asks).toEqual([expect.stringContaining('--columns symbol=Code')]);
    else expect(bars.map((series) => series.split(' ')[0])).toEqual(['005930', '000660']);
  });

  test('prices in several currencies are bad rows', async () => {
    const text = (sign: string): string =>
      [HEADER, '2024-01-02,$1,$2,$0.5,$1.5,10', `2024-01-03,${sign}1,${sign}2,${sign}0.5,${sign}1.5,10`].join(
        '\n',
      );
    expect((await understand(text('€'), { timeframe: '1d' })).asks).toEqual([
      'bad_rows: One row has an invalid value. The first: AAPL.csv:3:2: open "€1" is in another currency than "USD" in line 2: split the file',
    ]);
    expect((await understand(text('$'))).asks).toEqual([]);
    expect((await understand(text('EUR '), { timeframe: '1d' })).asks).toHaveLength(1);
    expect((await understand(text('USD '))).asks).toEqual([]);
  });

  test('prices with leading zeros may have decimals without a point, as B3 writes them', async () => {
    const text = [
      'DATA;SYMBOL;OPEN;HIGH;LOW;CLOSE;VOLUME',
      '20240102;PETR4;0000000003740;0000000003799;0000000003716;0000000003778;0000000240434',
      '20240103;PETR4;0000000003778;0000000003899;0000000003770;0000000003878;0000000440434',
    ].join('\n');
    const { asks, answers } = await understand(text);
    expect(asks).toEqual([
      'price_scale: All prices have 13 digits with leading zeros: is the close 3778 or 37.78?',
    ]);
    expect(answers).toEqual(['100', '1']);
    expect((await understand(text, { price_scale: '100' })).bars).toEqual([
      'PETR4 1d 2024-01-02..2024-01-03 [37.78 38.99 37.7 38.78 440434]',
    ]);
  });

  test.each([
    ['Volume (K)', 82_300],
    ["Volume ('000)", 82_300],
    ['Volume (in thousands)', 82_300],
    ['Volume (mn)', 82_300_000],
    ['Volumen in Mio.', 82_300_000],
    ['Volume (lakhs)', 8_230_000],
    ['Volume (shares)', 82.3],
    ['Volume', 82.3],
  ])('%s: the volume is multiplied, with a note', async (name, volume) => {
    const text = [
      HEADER.replace('Volume', name),
      '2024-01-02,1,2,0.5,1.5,82.3',
      '2024-01-03,1,2,0.5,1.5,82.3',
    ].join('\n');
    const choices = name.startsWith('Volume ') || name === 'Volume' ? {} : { columns: { volume: name } };
    const { bars, notes } = await understand(text, choices);
    expect(bars).toEqual([`AAPL 1d 2024-01-02..2024-01-03 [1 2 0.5 1.5 ${volume}]`]);
    expect(notes).toBe(volume === 82.3 ? '' : `${name}: the volumes are multiplied by ${volume / 82.3}.`);
  });

  test.each([
    ['Volume MLN', '82.3', 82.3],
    ['Volume (K)', '82.3K', 82_300],
  ])('%s with %s: the volume is not multiplied', async (name, cell, volume) => {
    const rows = [2, 3].map((day) => `2024-01-0${day},1,2,0.5,1.5,${cell}`);
    const { bars } = await understand([HEADER.replace('Volume', name), ...rows].join('\n'));
    expect(bars).toEqual([`AAPL 1d 2024-01-02..2024-01-03 [1 2 0.5 1.5 ${volume}]`]);
  });

  test('one day of minutes can show close times', async () => {
    const day = (first: number): string =>
      Array.from({ length: 390 }, (_, at) => {
        const minute = first + at;
        const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
        return `2024-01-02 ${clock},1,2,0.5,1.5,10`;
      }).join('\n');
    const choices = { timezone: 'America/New_York' };
    expect((await understand(`${HEADER}\n${day(571)}`, choices)).asks).toEqual([
      expect.stringContaining('stamps: the file does not say whether its times are the open or the close'),
    ]);
    expect((await understand(`${HEADER}\n${day(570)}`, choices)).asks).toEqual([]);
  });

  test('unix times that do not agree with the dates beside them may be those of a download', async () => {
    const rows = (times: number[]): string =>
      [`${HEADER},timestamp`, ...DAYS.map((row, at) => `${row},${times[at]}`)].join('\n');
    const downloads = rows([1_706_000_040, 1_706_000_100, 1_706_000_160]);
    const { asks, answers } = await understand(downloads);
    expect(asks).toEqual([
      'columns: Two columns disagree about the time: line 2 has timestamp "1706000040" and Date "2024-01-02". Which one is the time of the bar?',
    ]);
    expect(answers).toEqual(['time=Date', 'time=timestamp']);
    expect((await understand(downloads, { columns: { time: 'Date' } })).bars).toEqual([
      'AAPL 1d 2024-01-02..2024-01-04 [2 3 1.5 2.5 30]',
    ]);
    const opens = [1_704_205_800, 1_704_292_200, 1_704_378_600];
    expect((await understand(rows(opens))).asks).toEqual([]);
    const agreesAtFirst = await understand(rows([opens[0]!, 1_706_000_100, opens[2]!]));
    expect(agreesAtFirst.asks).toContainEqual(expect.stringContaining('line 3 has timestamp "1706000100"'));
  });
});

describe('columns of other sources', () => {
  test.each([
    ['BSE', 'Date,Open Price,High Price,Low Price,Close Price,WAP,No.of Shares'],
    ['CRSP', 'date,OPENPRC,ASKHI,BIDLO,PRC,RET,VOL'],
    ['Compustat', 'datadate,prcod,prchd,prcld,prccd,ajexdi,cshtrd'],
    ['NSE', 'TradDt,OpnPric,HghPric,LwPric,ClsPric,SttlmPric,TtlTradgVol'],
    ['dYdX', 'startedAt,open,high,low,close,usdVolume,baseTokenVolume'],
  ])('%s', async (_, header) => {
    const rows = ['2024-01-02,1,2,0.5,1.5,7,10', '2024-01-03,1.5,2.5,1,2,7,20'];
    expect(await understand([header, ...rows].join('\n'))).toMatchObject({
      asks: [],
      bars: ['AAPL 1d 2024-01-02..2024-01-03 [1.5 2.5 1 2 20]'],
    });
  });
});
