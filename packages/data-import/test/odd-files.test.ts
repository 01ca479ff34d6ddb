import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { zipOf } from '../src/testing/index.js';
import { CONTEXT, refusal, understand, withFile } from './understand-file.js';
import { readImport } from '../src/read-import.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const BAR = '2024-01-02,1,2,0.5,1.5,10';
const NEXT = '2024-01-03,1.5,2.5,1,2,20';
const TWO_BARS = 'AAPL 1d 2024-01-02..2024-01-03 [1.5 2.5 1 2 20]';

describe('questions and notes quote times as the file writes them', () => {
  const rows = (times: readonly string[], separator = ','): string =>
    [
      ['When', 'open', 'high', 'low', 'close'].join(separator),
      ...times.map((time) => [time, 1, 2, 0.5, 1.5].join(separator)),
    ].join('\n');

  test('in one column', async () => {
    const { asks } = await understand(rows(['1/2/2024 9:30 AM', '1/2/2024 10:30 AM', '1/2/2024 11:30 AM']));
    expect(asks).toEqual([
      'date_format: every date of the file fits DD/MM/YYYY and MM/DD/YYYY: line 2 has "1/2/2024 9:30 AM"',
      'timezone: the times have no time zone: line 2 has "1/2/2024 9:30 AM"',
    ]);
  });

  test('in two columns, with quotes, in a packed file, and far from its beginning', async () => {
    const times = Array.from({ length: 5_000 }, (_, minute) => {
      const time = new Date(Date.UTC(2024, 1, 1, 0, minute));
      const [day, month] = [time.getUTCDate(), time.getUTCMonth() + 1];
      return `"${day}/${month}/2024";${time.getUTCHours()}:${String(time.getUTCMinutes()).padStart(2, '0')}`;
    });
    const days = Array.from({ length: 10 }, (_, day) => `"${14 + day}/2/2024";9:30`);
    const file = rows([...times, ...days], ';').replace('When', 'Date;Time');
    const { asks, notes } = await understand(gzipSync(file));
    expect(asks).toEqual(['timezone: the times have no time zone: line 2 has "1/2/2024 0:00"']);
    expect(notes).toContain('Dates are DD/MM/YYYY: line 5002 has "14/2/2024 9:30".');
  });

  test('a chosen zone without summer time gets a note if bars are in summer', async () => {
    const rows = ['09:30', '10:30', '11:30'].map((time) => `2024-07-01 ${time},1,2,0.5,1.5,10`);
    const text = ['time,open,high,low,close,volume', ...rows].join('\n');
    expect(await understand(text, { timezone: 'EST' })).toMatchObject({
      notes:
        'Line 2 has "2024-07-01 09:30", which is in summer: "EST" is standard time all year. If these are local times, choose America/New_York.',
      bars: ['AAPL 1h 2024-07-01T14:30:00Z..2024-07-01T16:30:00Z [1 2 0.5 1.5 10]'],
    });
    expect((await understand(text.replaceAll('-07-', '-01-'), { timezone: 'EST' })).notes).toBe('');
    expect((await understand(text, { timezone: 'America/New_York' })).notes).toBe('');
    // `CET` has summer time, which begins between these bars
    const night = ['00:00', '01:00', '03:00', '04:00'].map((time) => `2024-03-31 ${time},1,2,0.5,1.5,10`);
    const acrossChange = ['time,open,high,low,close,volume', ...night].join('\n');
    expect((await understand(acrossChange, { timezone: 'CET' })).notes).toBe('');
  });

  test('in JSON', async () => {
    const bar = { open: 1, high: 2, low: 0.5, close: 1.5 };
    const bars = ['02-Jan-24 9:30', '02-Jan-24 10:30'].map((time) => ({ time, ...bar }));
    const { asks } = await understand(JSON.stringify(bars), {}, 'AAPL.json');
    expect(asks).toEqual([
      expect.stringMatching(/^timezone: the times have no time zone: line \d+ has "02-Jan-24 9:30"$/),
    ]);
  });
});

describe('bytes', () => {
  const text = `${HEADER}\n${BAR}\n${NEXT}\n`;
  const utf16 = Buffer.from(text, 'utf16le');
  test.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`), 'CSV, separated by ","'],
    ['UTF-16 LE with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'CSV, separated by ",", UTF-16 LE'],
    ['UTF-16 LE without one', utf16, 'CSV, separated by ",", UTF-16 LE'],
    ['UTF-16 BE without one', Buffer.from(utf16).swap16(), 'CSV, separated by ",", UTF-16 BE'],
    ['CRLF', Buffer.from(text.replaceAll('\n', '\r\n')), 'CSV, separated by ","'],
    ['CR', Buffer.from(text.replaceAll('\n', '\r')), 'CSV, separated by ","'],
    ['no line end at the end', Buffer.from(text.trimEnd()), 'CSV, separated by ","'],
    ['blank lines', Buffer.from(text.replaceAll('\n', '\n\n')), 'CSV, separated by ","'],
    ['gzip', gzipSync(text), 'CSV, separated by ",", gzip'],
    [
      'two gzip parts',
      Buffer.concat([gzipSync(text.slice(0, 50)), gzipSync(text.slice(50))]),
      'CSV, separated by ",", gzip',
    ],
    ['zip', zipOf({ 'AAPL.csv': text, 'readme.txt': 'hello' }), 'CSV, separated by ",", zip'],
  ])('%s', async (_, content, format) => {
    expect(await understand(content)).toMatchObject({ bars: [TWO_BARS], format, asks: [], leftOut: [] });
  });

  test('names in Windows-1252', async () => {
    const german =
      'Datum;Eröffnung;Höchst;Tief;Schlußkurs;Stücke\n02.01.2024;1;2;0,5;1,5;10\n03.01.2024;1,5;2,5;1;2;20\n';
    expect(await understand(Buffer.from(german, 'latin1'))).toMatchObject({
      bars: [TWO_BARS],
      format: 'CSV, separated by ";", decimal comma, Windows-1252',
    });
  });

  test.each([
    ['Windows-1251', 'c4e0f2e0;cef2eaf0;cce0eaf1;cce8ed;c7e0eaf0'],
    ['Windows-1250', '44617461;4f74776172636965;4e616a7779bf737a79;4e616a6e69bf737a79;5a616d6b6e69ea636965'],
    ['Shift JIS', '93fa9574;8e6e926c;8d82926c;88c0926c;8f49926c'],
    ['GB 18030', 'c8d5c6da;bfaac5cc;d7eeb8df;d7eeb5cd;cad5c5cc'],
    ['EUC-KR', 'b3afc2a5;bdc3b0a1;b0edb0a1;c0fab0a1;c1beb0a1'],
  ])('names in %s', async (name, header) => {
    const names = header.split(';').map((word) => Buffer.from(word, 'hex').toString('latin1'));
    const bars = '\n02.01.2024;1;2;0,5;1,5\n03.01.2024;1,5;2,5;1;2\n';
    expect(await understand(Buffer.from(names.join(';') + bars, 'latin1'))).toMatchObject({
      bars: ['AAPL 1d 2024-01-02..2024-01-03 [1.5 2.5 1 2 0]'],
      format: `CSV, separated by ";", decimal comma, ${name}`,
    });
  });

  test('a zip of several files reads each, and joins the months of one symbol', async () => {
    const archive = zipOf({
      'BTCUSDT-1d-2024-02.csv': `${HEADER}\n2024-02-01,1,2,0.5,1.5,10\n`,
      'BTCUSDT-1d-2024-01.csv': `${HEADER}\n2024-01-30,1,2,0.5,1.5,10\n2024-01-31,1,2,0.5,1.5,10\n`,
      'folder/ETHUSDT-1d-2024-01.csv': `${HEADER}\n2024-01-30,1,2,0.5,1.5,10\n2024-01-31,1,2,0.5,1.5,10\n`,
    });
    const { bars, notes } = await understand(archive, { timeframe: '1d' }, 'klines.zip');
    expect(bars).toEqual([
      'BTCUSDT 1d 2024-01-30..2024-02-01 [1 2 0.5 1.5 10]',
      'ETHUSDT 1d 2024-01-30..2024-01-31 [1 2 0.5 1.5 10]',
    ]);
    expect(notes).toContain('The archive has 3 files of bars');
  });

  test.each([
    [
      'a cut gzip file',
      gzipSync(`${HEADER}\n${BAR}\n`.repeat(100)).subarray(0, 60),
      'AAPL.csv.gz: the gzip file is damaged',
    ],
    ['a cut zip', zipOf({ 'AAPL.csv': text }).subarray(0, 80), 'AAPL.csv: the archive is damaged'],
    ['a zip without a table', zipOf({ 'photo.jpg': 'x' }), 'the archive has no file'],
    [
      'Parquet in a zip',
      zipOf({ 'readme.md': 'x', 'a/bars.parquet': 'PAR1' }),
      'the archive has a/bars.parquet, and imports read only text and JSON from an archive: unpack it',
    ],
    ['Parquet in gzip', gzipSync('PAR1\u0015\u0000'), 'the gzip file has a Parquet file in it: unpack it'],
    ['Feather in gzip', gzipSync('ARROW1\0\0'), 'the gzip file has a Feather file in it'],
    [
      'a tar archive in gzip',
      gzipSync(`AAPL.csv${'\0'.repeat(249)}ustar\0`),
      'the gzip file has a tar archive in it',
    ],
    ['an empty file', '', 'the file is empty'],
    ['a spreadsheet', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'Excel workbook'],
    ['text', 'Dear reader,\nthis is a letter.\n', 'no line has a time and prices'],
    ['a header alone', `${HEADER}\n`, 'no line has a time and prices'],
    [
      'a quote without an end',
      `${HEADER}\n${BAR}\n2024-01-03,"1,2\n`,
      'AAPL.csv:3: the quote that begins here is not closed',
    ],
    [
      'no highs and lows',
      'Date,Close,Volume,Trades\n2024-01-02,1.5,10,3\n',
      'there are no columns for open, high, low',
    ],
    [
      'decimal commas without quotes',
      'Date,Open,High,Low,Close,Volume\n2024-01-02,1,5,2,5,0,5,1,5,10\n',
      'AAPL.csv:2: the line has 10 columns instead of 6: put numbers with decimal commas in quotes',
    ],
  ])('%s is refused', async (name, content, message) => {
    const error = await refusal(content, {}, name === 'a cut gzip file' ? 'AAPL.csv.gz' : 'AAPL.csv');
    expect(error).toMatchObject({ code: 'import_invalid', message: expect.stringContaining(message) });
  });

  test('a file that unpacks to far more than bars would is refused', async () => {
    const row = `2024-01-02,1,1,1,1,0,${'x'.repeat(10_000)}\n`;
    const rows = Buffer.from(`${HEADER},note\n${row.repeat(7_000)}`);
    expect(await refusal(gzipSync(rows))).toMatchObject({
      code: 'import_invalid',
      message: expect.stringContaining('unpacks to more than 64 MB'),
    });
  });
});

describe('numbers', () => {
  const table = (separator: string, rows: string[][]): string =>
    [['Date', 'Open', 'High', 'Low', 'Close', 'Volume'], ...rows]
      .map((row) => row.map((cell) => (cell.includes(separator) ? `"${cell}"` : cell)).join(separator))
      .join('\n');
  test.each([
    [
      'US thousands',
      ',',
      ['4,745.20', '4,754.33', '4,722.67', '4,742.83', '3,743,050,000'],
      '4745.2 4754.33 4722.67 4742.83 3743050000',
    ],
    [
      'Swiss thousands',
      ';',
      ["11'138.50", "11'200.00", "11'100.25", "11'150.75", "1'234'567"],
      '11138.5 11200 11100.25 11150.75 1234567',
    ],
    [
      'French thousands',
      ';',
      ['7 530,86', '7\u202f588,57', '7\u00a0506,95', '7 530,86', '62 000 000'],
      '7530.86 7588.57 7506.95 7530.86 62000000',
    ],
    [
      'Indian thousands',
      ',',
      ['1,23,456.50', '1,24,000.00', '1,23,000.00', '1,23,500.00', '12,34,567'],
      '123456.5 124000 123000 123500 1234567',
    ],
    [
      'dollars',
      ',',
      ['$181.27', '$182.93', '$180.30', '$182.68', '47317430'],
      '181.27 182.93 180.3 182.68 47317430',
    ],
    ['reais', ';', ['R$ 1,27', 'R$2,93', 'R$ 0,30', 'R$ 1,68', '1.200'], '1.27 2.93 0.3 1.68 1200'],
    ['złotys', ';', ['1,27 zł', '2,93 PLN', '0,30 zł', '1,68 zł', '1 200'], '1.27 2.93 0.3 1.68 1200'],
    ['euros behind', ';', ['1,27 €', '2,93 €', '0,30 €', '1,68 €', '1.200'], '1.27 2.93 0.3 1.68 1200'],
    ['suffixes', ',', ['1.5K', '2K', '1K', '1.75K', '457.62M'], '1500 2000 1000 1750 457620000'],
    [
      'exponents',
      ',',
      ['1e-05', '2E-05', '5e-06', '1.5e-05', '1e3'],
      '0.00001 0.00002 0.000005 0.000015 1000',
    ],
    [
      'negative prices',
      ',',
      ['-14.00', '13.86', '-16.74', '(10.01)', '92000'],
      '-14 13.86 -16.74 -10.01 92000',
    ],
    ['a minus sign', ',', ['\u22121.5', '2', '\u22123', '1', '5'], '-1.5 2 -3 1 5'],
    [
      'thousands of volumes only',
      ',',
      ['187.15', '188.44', '183.89', '185.64', '82,488'],
      '187.15 188.44 183.89 185.64 82488',
    ],
  ])('%s', async (_, separator, values, expected) => {
    const { bars, asks } = await understand(
      table(separator, [
        ['2024-01-02', ...values],
        ['2024-01-03', ...values],
      ]),
    );
    expect(asks).toEqual([]);
    expect(bars).toEqual([`AAPL 1d 2024-01-02..2024-01-03 [${expected}]`]);
  });

  test.each([
    ['commas', ',', ['1,234', '1,240', '1,230', '1,235', '10']],
    ['points', ';', ['1.234', '1.240', '1.230', '1.235', '10']],
    ['a volume with thousands beside whole prices', ',', ['187', '188', '183', '185', '82,488']],
  ])('%s that fit both readings are asked about', async (_, separator, values) => {
    const text = table(separator, [
      ['2024-01-02', ...values],
      ['2024-01-03', ...values],
    ]);
    expect((await understand(text)).asks).toEqual([expect.stringMatching(/^decimal: Line 2: ".*" can be/)]);
    expect((await understand(text, { decimal: ',' })).asks).toEqual([]);
  });

  test('an apostrophe can stand before a fraction, as in prices of bonds', async () => {
    const row = ["110'165", "110'200", "110'100", "110'185", '10'];
    const text = table(',', [
      ['2024-01-02', ...row],
      ['2024-01-03', ...row],
    ]);
    expect((await understand(text)).asks).toEqual([expect.stringContaining('can be 110165, or a fraction')]);
    expect((await understand(text, { decimal: '.' })).bars[0]).toContain('[110165 110200 110100 110185 10]');
  });

  test('the whole file decides', async () => {
    const row = (day: number, close: string): string[] => [
      `2024-01-${String(day).padStart(2, '0')}`,
      '1.234',
      '1.240',
      '1.230',
      close,
      '10',
    ];
    const days = Array.from({ length: 20 }, (_, day) => row(day + 1, day === 19 ? '1.2355' : '1.235'));
    const { bars, asks } = await understand(table(';', days));
    expect(asks).toEqual([]);
    expect(bars).toEqual(['AAPL 1d 2024-01-01..2024-01-20 [1.234 1.24 1.23 1.2355 10]']);
  });

  test('a number far behind the beginning decides too', async () => {
    const rows = Array.from({ length: 9_000 }, (_, row) => {
      const time = new Date(Date.UTC(2020, 0, 1) + row * 60_000).toISOString();
      return [time, '1.234', '1.240', '1.230', row === 8_999 ? '1.2355' : '1.235', '10'];
    });
    expect(await understand(table(';', rows))).toMatchObject({
      asks: [],
      bars: [expect.stringContaining('[1.234 1.24 1.23 1.2355 10]')],
    });
  });
});

describe('columns', () => {
  const hours = (values: (hour: number) => string): string =>
    Array.from({ length: 30 }, (_, hour) => `${1_704_067_200 + hour * 3600},${values(hour)}`).join('\n');

  test.each([
    [
      'open, close, high, low',
      (n: number) => `${100 + n},${101 + n},${101.5 + n},${99.5 + n},7`,
      /open, close, high, low; close, open, high, low/,
    ],
    [
      'low, high, open, close',
      (n: number) => `${99.5 + n},${101.5 + n},${100 + n},${101 + n},7`,
      /fit these orders: low, high, open, close\./,
    ],
    [
      'close, high, low, open',
      (n: number) => `${101 + n},${101.5 + n},${99.5 + n},${100 + n},7`,
      /fit these orders: open, high, low, close; close, high, low, open/,
    ],
    [
      'an average before the volume',
      (n: number) => `${100 + n},${101.5 + n},${99.5 + n},${101 + n},${100.5 + n},7,12`,
      /The values of column 6 look like prices .* average or adjusted price, and column 7 the volume/,
    ],
    [
      'an adjusted close before the volume',
      (n: number) =>
        `${100 + n},${101.5 + n},${99.5 + n},${101 + n},${((101 + n) * (n < 12 ? 0.49 : 0.98)).toFixed(4)},${806_134 + n}`,
      /The values of column 6 look like prices .* average or adjusted price, and column 7 the volume/,
    ],
  ])('without a header, %s is asked about', async (_, values, message) => {
    expect((await understand(hours(values))).asks).toEqual([expect.stringMatching(message)]);
  });

  test('without a header, numbers that allow no order of prices are refused', async () => {
    expect(await refusal(hours((n) => `${n},${100 - n},${n * 2},${50 - n},7`))).toMatchObject({
      message: expect.stringContaining('columns 2, 3, 4, 5 are not open, high, low and close in any order'),
    });
  });

  test('names and numbers of the choices win', async () => {
    const text = 'Date,A,B,C,D,Vol\n2024-01-02,1,2,0.5,1.5,10\n2024-01-03,1.5,2.5,1,2,20\n';
    const columns = { open: 'A', high: '3', low: 'c', close: 'D', volume: 'Vol' };
    expect(await understand(text, { columns })).toMatchObject({ bars: [TWO_BARS], asks: [] });
    expect(await refusal(text, { columns: { open: 'X' } })).toMatchObject({
      message: 'AAPL.csv: columns.open: there is no column "X". The columns are Date, A, B, C, D, Vol',
    });
  });

  test('prices of bid and ask are asked about', async () => {
    const text =
      'DateTime,BidOpen,BidHigh,BidLow,BidClose,AskOpen,AskHigh,AskLow,AskClose\n2024-01-02T00:00:00Z,1,2,0.5,1.5,1.1,2.1,0.6,1.6\n2024-01-02T01:00:00Z,1,2,0.5,1.5,1.1,2.1,0.6,1.6\n';
    expect((await understand(text)).asks).toEqual(['columns: The file has bid and ask prices. Choose one.']);
  });

  test('symbols of one letter side by side are not names of prices', async () => {
    const symbols = ['C', 'V', 'L', 'O'];
    const prices = ['Open', 'High', 'Low', 'Close'];
    const text = [
      ['Ticker', ...symbols.flatMap((symbol) => prices.map(() => symbol))].join(),
      ['Price', ...symbols.flatMap(() => prices)].join(),
      `Date${','.repeat(16)}`,
      ...['2024-01-02', '2024-01-03'].map((day) => [day, ...symbols.map(() => '1.2,2,1,1.5')].join()),
    ].join('\n');
    expect((await understand(text)).bars).toEqual(
      symbols.map((symbol) => `${symbol} 1d 2024-01-02..2024-01-03 [1.2 2 1 1.5 0]`),
    );
  });

  test('several symbols side by side become several series', async () => {
    const text = [
      'Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume',
      'Ticker,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT,AAPL,MSFT',
      'Date,,,,,,,,,,',
      '2024-01-02,1.5,10.5,2,12,1,10,1.2,11,100,1000',
      '2024-01-03,1.5,10.5,2,12,1,10,1.2,11,100,1000',
      '2024-01-04,1.5,,2,,1,,1.2,,100,',
    ].join('\n');
    expect((await understand(text)).bars).toEqual([
      'AAPL 1d 2024-01-02..2024-01-04 [1.2 2 1 1.5 100]',
      'MSFT 1d 2024-01-02..2024-01-03 [11 12 10 10.5 1000]',
    ]);
  });

  test.each([
    ['AAPL', 'MSFT'],
    ['C', 'V'],
    ['A', 'B', 'C', 'O'],
  ])('symbols in the names of the columns: %s, %s', async (...symbols) => {
    const names = symbols.flatMap((symbol) =>
      ['Close', 'High', 'Low', 'Open', 'Volume'].map((name) => `${name}_${symbol}`),
    );
    const row = (day: string): string => [day, ...symbols.map((_, at) => `1.5,2,1,1.2,${at}`)].join();
    const text = [['Date', ...names].join(), row('2024-01-02'), row('2024-01-03')].join('\n');
    expect((await understand(text)).bars).toEqual(
      symbols.map((symbol, at) => `${symbol} 1d 2024-01-02..2024-01-03 [1.2 2 1 1.5 ${at}]`),
    );
  });

  test('a name of two columns does not choose one of them', async () => {
    const text = 'Date,Open,High,Low,Close,Close\n2024-01-02,1,2,0.5,1.5,1.6\n2024-01-03,1,2,0.5,1.5,1.6\n';
    expect((await understand(text)).asks).toEqual([
      'columns: Columns Close and Close could both be the close. Choose one.',
    ]);
    expect(await refusal(text, { columns: { close: 'Close' } })).toMatchObject({
      message:
        'AAPL.csv: columns.close: several columns are called "Close". Give the number of one of them: 5, 6',
    });
    expect((await understand(text, { columns: { close: '6' } })).bars).toEqual([
      'AAPL 1d 2024-01-02..2024-01-03 [1 2 0.5 1.6 0]',
    ]);
  });

  test('a row of units is no row of symbols', async () => {
    const text = `Date,Open,High,Low,Close,Volume\n,USD,USD,USD,USD,shares\n${BAR}\n${NEXT}\n`;
    expect((await understand(text)).bars).toEqual([TWO_BARS]);
  });

  test('symbols are renamed, and two symbols cannot get the same name', async () => {
    const text = `symbol,${HEADER}\nA 1,${BAR}\nA 1,${NEXT}\nB,${BAR}\nB,${NEXT}\n`;
    expect((await understand(text)).asks).toEqual([
      'symbol_map: The file gives names that are not valid symbols: "A 1". Choose a symbol for each: OLD=NEW, separated by commas',
    ]);
    expect((await understand(text, { symbol_map: { 'A 1': 'BRK.B' } })).bars).toEqual([
      TWO_BARS.replace('AAPL', 'BRK.B'),
      TWO_BARS.replace('AAPL', 'B'),
    ]);
    expect(await refusal(text, { symbol: 'X' })).toMatchObject({
      message: expect.stringContaining('the file has 2 symbols (A 1, B)'),
    });
    expect(await refusal(text, { symbol_map: { 'A 1': 'B' } })).toMatchObject({
      message: expect.stringContaining('two symbols of the file become "B"'),
    });
  });
});

describe('rows', () => {
  const BAD = [
    HEADER,
    BAR,
    '2024-01-03,1,x,0.5,1.5,10',
    '2024-01-04,1,2,,1.5,10',
    '2024-01-05,1,0.2,0.5,1.5,10',
    '2024-01-06,1,2,0.5,1.5,-5',
    '2024-01-07,1,2,0.5,1.5',
    '2024-01-08,1,2,0.5,1.5,10,99',
    '2024-01-09,1,2,0.5,1.5,',
    'foo,1,2,0.5,1.5,10',
    '2024-01-03,1.5,2.5,1,2,20',
  ].join('\n');

  test('bad values are refused with line and column', async () => {
    const { message, details } = await refusal(BAD, { timeframe: '1d' });
    expect(message).toContain('AAPL.csv:3:3: high "x" is not a number\n');
    expect(message).toContain('--bad-rows drop');
    expect(
      (details as { problems: { line: number; column?: number; message: string }[] }).problems.map(
        ({ line, column, message: problem }) => `${line}:${column ?? ''} ${problem}`,
      ),
    ).toEqual([
      '3:3 high "x" is not a number',
      '4:4 low is empty',
      '5: high 0.2 is below low 0.5',
      '6: volume -5 must not be negative',
      '7: the line has 5 columns instead of 6',
      '8: the line has 7 columns instead of 6',
      expect.stringContaining('10:1 time "foo"'),
      '9: volume (volume) is empty or -1, and other rows have one',
    ]);
  });

  test('bad values are asked about, or dropped and listed', async () => {
    expect((await understand(BAD, { timeframe: '1d' })).asks).toEqual([
      'bad_rows: 8 rows have invalid values. The first: AAPL.csv:3:3: high "x" is not a number',
    ]);
    const dropped = await understand(BAD, { timeframe: '1d', bad_rows: 'drop' });
    expect(dropped.bars).toEqual([TWO_BARS]);
    expect(dropped.leftOut).toHaveLength(8);
  });

  test('a date and a time of day without colons belong together, though 93000 could be a day of a spreadsheet', async () => {
    const rows = [93_000, 93_100, 93_200].map((clock) => `2024-01-02,${clock},1,2,0.5,1.5`);
    const { bars, asks } = await understand(['Date,Time,Open,High,Low,Close', ...rows].join('\n'));
    expect(bars).toEqual([expect.stringContaining('AAPL 1m 2024-01-02T09:30:00..2024-01-02T09:32:00')]);
    expect(asks).toEqual([expect.stringContaining('timezone: ')]);
  });

  test.each([
    [
      'a volume of -1',
      [HEADER, '2024-01-02,1,2,0.5,1.5,-1', '2024-01-03,1.5,2.5,1,2,-1'],
      [],
      'volume is empty or -1: the volume is 0',
    ],
    [
      'an empty volume',
      [HEADER, '2024-01-02,1,2,0.5,1.5,', '2024-01-03,1.5,2.5,1,2,'],
      [],
      'volume is empty or -1: the volume is 0',
    ],
    [
      'no volume',
      ['Date,Open,High,Low,Close', '2024-01-02,1,2,0.5,1.5', '2024-01-03,1.5,2.5,1,2'],
      [],
      'The file has no volume: the volume is 0',
    ],
  ])('%s is 0', async (_, lines, leftOut, note) => {
    const understood = await understand(lines.join('\n'));
    expect(understood).toMatchObject({ bars: [TWO_BARS.replace('20]', '0]')], leftOut, asks: [] });
    expect(understood.notes).toContain(note);
  });

  test.each([
    ['a bar twice', [HEADER, BAR, BAR, NEXT], ['3: the same bar as line 2']],
    ['a repeated header', [HEADER, BAR, NEXT, HEADER], ['4: a repeated header']],
    ['a holiday', [HEADER, BAR, '2024-01-01,N/A,N/A,N/A,N/A,N/A', NEXT], ['3: no price']],
    ['a word without a number', [HEADER, BAR, NEXT, '2024-01-04,closed,,,,'], ['4: no price']],
    ['prices of 0', [HEADER, BAR, NEXT, '2024-01-04,0,0,0,0,0'], ['4: all prices are 0']],
    [
      'a title and a footer',
      ['# made by X', 'Prices of AAPL', '', HEADER, BAR, NEXT, 'Source: X'],
      ['7: no price'],
    ],
    [
      'a dividend',
      [HEADER, BAR, '2024-01-02,0.24 Dividend,,,,', NEXT],
      ['3: a dividend, not a bar: "2024-01-02 0.24 Dividend"'],
    ],
    [
      'a note with a line break',
      [`${HEADER},note`, `${BAR},"a\nb ""c"""`, `${NEXT},`, '2024-01-04,,,,,,'],
      ['5: no price'],
    ],
    ['separators at the end', [`${HEADER},`, `${BAR},`, `${NEXT},`], []],
    ['any order', [HEADER, NEXT, BAR], []],
    [
      'a bar that was still open',
      [`${HEADER},complete`, `${BAR},True`, `${NEXT},True`, '2024-01-04,9,9,9,9,9,False'],
      ['4: the bar was not complete'],
    ],
  ])('%s is left out with its line', async (_, lines, leftOut) => {
    expect(await understand(lines.join('\n'))).toMatchObject({ bars: [TWO_BARS], leftOut, asks: [] });
  });

  test('two bars of one time are a bad row', async () => {
    expect(await refusal([HEADER, BAR, NEXT, NEXT.replace(',20', ',21')].join('\n'))).toMatchObject({
      message: expect.stringContaining(
        'AAPL.csv:4: time 2024-01-03 is a duplicate of line 3, with other values',
      ),
    });
  });

  test('prices are adjusted as asked for', async () => {
    const text =
      'Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,1,2,0.5,1.5,1,10\n2024-01-03,2,4,1,2,1.5,20\n';
    expect((await understand(text)).bars).toEqual(['AAPL 1d 2024-01-02..2024-01-03 [2 4 1 2 20]']);
    expect((await understand(text, { adjust: 'close' })).bars).toEqual([
      'AAPL 1d 2024-01-02..2024-01-03 [2 4 1 1.5 20]',
    ]);
    expect((await understand(text, { adjust: 'ratio' })).bars).toEqual([
      'AAPL 1d 2024-01-02..2024-01-03 [1.5 3 0.75 1.5 20]',
    ]);
    for (const [adjust, note] of [
      [
        'none',
        'Adj Close is not used. For adjusted prices, choose --adjust ratio (all prices) or --adjust close.',
      ],
      ['close', 'Adj Close replaces the close. Open, high and low stay as they are in the file.'],
      ['ratio', 'All four prices are scaled to Adj Close.'],
    ] as const)
      expect((await understand(text, { adjust })).notes).toBe(note);
    expect(
      await refusal(text.replace('1.5,20', '0.5,20'), { adjust: 'close', timeframe: '1d' }),
    ).toMatchObject({
      message: expect.stringContaining(
        'low 1 is above close 0.5; the close is the adjusted close: --adjust ratio',
      ),
    });
    expect(await refusal(`${HEADER}\n${BAR}\n`, { adjust: 'ratio' })).toMatchObject({
      message: expect.stringContaining('adjust: there is no column for the adjusted close'),
    });
  });
});

test('a file with more symbols than files are wanted is refused at once', async () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => `S${at},2024-01-02,1,2,0.5,1.5`);
  const text = ['symbol,date,open,high,low,close', ...rows].join('\n');
  expect(await refusal(text)).toMatchObject({
    code: 'import_invalid',
    message: expect.stringContaining('the file has more than 10000 symbols: split it'),
  });
});

test('reading ends with an abort', async () => {
  const reason = new Error('cancelled');
  const signal = AbortSignal.abort(reason);
  const read = withFile(`${HEADER}\n${BAR}\n${NEXT}\n`, (path) =>
    readImport({ path, name: 'AAPL.csv' }, {}, { ...CONTEXT, signal }),
  );
  await expect(read).rejects.toBe(reason);
});
