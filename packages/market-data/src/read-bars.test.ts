import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import fc from 'fast-check';
import type { BarsProblems } from './bars-problems.js';
import { readBars } from './read-bars.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const GOOD = '2024-01-02T14:00:00Z,1,2,0.5,1.5,100';
const HOUR_MS = 3_600_000;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bars-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

async function read(content: string | Uint8Array, timeframe = '1h') {
  await writeFile(join(dataDir, `AAPL_${timeframe}.csv`), content);
  return readBars({ dataDir, symbol: 'AAPL', timeframe });
}

async function problemsOf(
  content: string | Uint8Array,
  timeframe = '1h',
): Promise<BarsProblems & { message: string }> {
  const error: unknown = await read(content, timeframe).catch((caught: unknown) => caught);
  if (!(error instanceof KtrdrError)) throw new Error(`expected an error, got ${JSON.stringify(error)}`);
  expect(error.code).toBe('bars_invalid');
  return { ...(error.details as BarsProblems), message: error.message };
}

describe('a valid file', () => {
  test('becomes columns', async () => {
    const content = `${HEADER}\n${GOOD}\n2024-01-02T15:00:00Z,1.5,1.75,1.25,1.25,0\n`;
    expect(await read(content)).toEqual({
      symbol: 'AAPL',
      timeframe: '1h',
      time: Float64Array.of(Date.parse('2024-01-02T14:00:00Z'), Date.parse('2024-01-02T15:00:00Z')),
      open: Float64Array.of(1, 1.5),
      high: Float64Array.of(2, 1.75),
      low: Float64Array.of(0.5, 1.25),
      close: Float64Array.of(1.5, 1.25),
      volume: Float64Array.of(100, 0),
      length: 2,
      synthetic: false,
      file: 'AAPL_1h.csv',
      lineBlocks: [{ row: 0, line: 2 }],
      sha256: createHash('sha256').update(content).digest('hex'),
    });
  });

  test.each([
    ['no line feed at its end', `${HEADER}\n${GOOD}`],
    ['CRLF', `${HEADER}\r\n${GOOD}\r\n`],
    ['a byte order mark', `\uFEFF${HEADER}\n${GOOD}\n`],
    ['comments first', `# from somewhere\n#\n${HEADER}\n${GOOD}\n`],
    ['blank lines', `\n${HEADER}\n\n${GOOD}\n\n\n`],
    [
      'columns in another order and case',
      `Volume,CLOSE,Low,High,Open,Timestamp\n100,1.5,0.5,2,1,2024-01-02T14:00:00Z\n`,
    ],
    ['further columns', `id,${HEADER},adjclose\n7,${GOOD},\n`],
    [
      'blanks around values',
      ` timestamp , open,high,low,close,volume\n2024-01-02T14:00:00Z , 1,\t2,0.5,1.5 ,100\n`,
    ],
    ['another way to write the time', `${HEADER}\n2024-01-02 16:00:00+02:00,1.0,2.00,5e-1,+1.5,1e2\n`],
  ])('may have %s', async (_, content) => {
    const bars = await read(content);
    expect([
      bars.length,
      bars.time[0],
      bars.open[0],
      bars.high[0],
      bars.low[0],
      bars.close[0],
      bars.volume[0],
    ]).toEqual([1, Date.parse('2024-01-02T14:00:00Z'), 1, 2, 0.5, 1.5, 100]);
    expect(bars.synthetic).toBe(false);
  });

  test('is synthetic if its comment says so', async () => {
    expect((await read(`# synthetic bars, not market data\n${HEADER}\n${GOOD}\n`)).synthetic).toBe(true);
    expect((await read(`# not synthetic\n${HEADER}\n${GOOD}\n`)).synthetic).toBe(false);
  });

  test('may have a bar off the grid of its timeframe', async () => {
    const rows = ['13:30', '14:00', '15:00'].map((time) => `2024-01-02T${time}:00Z,1,2,0.5,1.5,100`);
    expect((await read([HEADER, ...rows].join('\n'))).length).toBe(3);
  });

  test('may have quoted fields, even with commas in ignored columns', async () => {
    const quoted = '"Name","timestamp","open","high","low","close","volume"';
    const bars = await read(`${quoted}\r\n"Apple, Inc.","2024-01-02T14:00:00Z","1","2",0.5,"1.5","100"\r\n`);
    expect([bars.length, bars.close[0], bars.volume[0]]).toEqual([1, 1.5, 100]);
  });

  test('may carry the rounding noise of adjusted prices', async () => {
    expect((await read(`${HEADER}\n2024-01-02T14:00:00Z,1,1.1,1.0000000001,1.1000000001,1\n`)).length).toBe(
      1,
    );
  });
});

describe('an invalid file is rejected with the line', () => {
  test.each([
    [
      '',
      'AAPL_1h.csv:1: the file is empty: it must start with the header timestamp,open,high,low,close,volume',
    ],
    [
      '# nothing\n',
      'AAPL_1h.csv:1: the file has no header: it must start with the header timestamp,open,high,low,close,volume',
    ],
    [`${HEADER}\n`, 'AAPL_1h.csv:1: there are no bars after the header'],
    [
      `${GOOD}\n`,
      'AAPL_1h.csv:1: columns timestamp, open, high, low, close, volume are missing from the header "2024-01-02T14:00:00Z,1,2,0.5,1.5,100"; the header must name timestamp,open,high,low,close,volume',
    ],
    [
      'timestamp,open,high,low,close\n',
      'AAPL_1h.csv:1: column volume is missing from the header "timestamp,open,high,low,close"; add it, with zeros if the market has no volumes',
    ],
    [
      HEADER.replaceAll(',', ';'),
      'AAPL_1h.csv:1: columns timestamp, open, high, low, close, volume are missing from the header "timestamp;open;high;low;close;volume"; separate the columns with commas and use decimal points (1.5, not 1,5)',
    ],
    [
      `${HEADER}\n2024-01-02T14:00:00Z,1,5,2,5,0,5,1,5,100\n`,
      'AAPL_1h.csv:2: the line has 10 columns, the header has 6: use decimal points, not decimal commas (1.5, not 1,5)',
    ],
    [
      `${HEADER}\n"2024-01-02T14:00:00Z","1.234,5",2,0.5,1.5,100\n`,
      'AAPL_1h.csv:2: open "1.234,5" is not a finite number: write 1234.5, with a decimal point',
    ],
    [
      `${HEADER}\r${GOOD}\r`,
      'AAPL_1h.csv:1: lines end with a bare carriage return: save the file with Unix or Windows line endings',
    ],
    [
      `${HEADER}\r${`${GOOD}\r`.repeat(60_000)}`,
      'AAPL_1h.csv:1: lines end with a bare carriage return: save the file with Unix or Windows line endings',
    ],
    [
      `${HEADER},Close\n${GOOD},1\n`,
      'AAPL_1h.csv:1: column close appears twice in the header: keep one of them',
    ],
    [`# a comment\n${HEADER}\n${GOOD},7\n`, 'AAPL_1h.csv:3: the line has 7 columns, the header has 6'],
    [`${HEADER}\n2024-01-02T14:00:00Z,1,2\n`, 'AAPL_1h.csv:2: the line has 3 columns, the header has 6'],
    [
      `${HEADER}\n1704204000,1,2,0.5,1.5,100\n`,
      'AAPL_1h.csv:2: timestamp "1704204000" is not a date and time: write it as 2024-01-31, 2024-01-31T14:30:00Z or 2024-01-31 14:30:00+02:00',
    ],
    [`${HEADER}\n,1,2,0.5,1.5,100\n`, 'AAPL_1h.csv:2: timestamp is empty'],
    [`${HEADER}\n2024-01-02T14:00:00Z,1,2,0.5,,100\n`, 'AAPL_1h.csv:2: close is empty'],
    [
      `${HEADER}\n2024-01-02T14:00:00Z,1,2,0.5,NaN,100\n`,
      'AAPL_1h.csv:2: close "NaN" is not a finite number',
    ],
    [`${HEADER}\n2024-01-02T14:00:00Z,1,inf,0.5,1,100\n`, 'AAPL_1h.csv:2: high "inf" is not a finite number'],
    [`${HEADER}\n2024-01-02T14:00:00Z,1,2,0.5,1.5,-1\n`, 'AAPL_1h.csv:2: volume -1 must not be negative'],
    [`${HEADER}\n2024-01-02T14:00:00Z,1.25,1.2,1.3,1.25,1\n`, 'AAPL_1h.csv:2: high 1.2 is below low 1.3'],
    [`${HEADER}\n2024-01-02T14:00:00Z,1.21,1.2,1,1.1,1\n`, 'AAPL_1h.csv:2: high 1.2 is below open 1.21'],
    [`${HEADER}\n2024-01-02T14:00:00Z,1.1,1.2,1,1.21,1\n`, 'AAPL_1h.csv:2: high 1.2 is below close 1.21'],
    [`${HEADER}\n2024-01-02T14:00:00Z,0.9,1.2,1,1.1,1\n`, 'AAPL_1h.csv:2: low 1 is above open 0.9'],
    [`${HEADER}\n2024-01-02T14:00:00Z,1.1,1.2,1,0.9,1\n`, 'AAPL_1h.csv:2: low 1 is above close 0.9'],
    [
      `${HEADER}\n${GOOD}\n\n${GOOD}\n`,
      'AAPL_1h.csv:4: timestamp 2024-01-02T14:00:00Z is a duplicate of line 2',
    ],
    [
      `${HEADER}\n${GOOD}\n2024-01-02,1,2,0.5,1.5,1\n`,
      'AAPL_1h.csv:3: timestamp 2024-01-02 is before line 2 (2024-01-02T14:00:00Z): sort the bars by time',
    ],
  ])('%j', async (content, message) => {
    expect((await problemsOf(content)).message).toBe(message);
  });

  test('UTF-16', async () => {
    const content = Buffer.from(`\uFEFF${HEADER}\n${GOOD}\n`, 'utf16le');
    expect((await problemsOf(content)).message).toBe('AAPL_1h.csv:1: the file is UTF-16: save it as UTF-8');
  });

  test('a line without end', async () => {
    const { message } = await problemsOf(`${HEADER}\n${'x'.repeat(600_000)}`);
    expect(message).toBe('AAPL_1h.csv:2: the line is longer than 262144 bytes: this is not a bars file');
  });

  test('bars of a finer timeframe', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, row) => `${new Date(Date.UTC(2024, 0, 2) + row * 60_000).toISOString()},1,2,0.5,1.5,1`,
    );
    expect((await problemsOf([HEADER, ...rows].join('\n'))).message).toBe(
      'AAPL_1h.csv:31: most bars are less than 1h apart (closest: 1 min): name the file after its real, finer timeframe',
    );
  });

  describe('bars of a coarser timeframe', () => {
    const spaced = (minutes: readonly number[]): string => {
      let time = Date.UTC(2024, 0, 1);
      const rows = minutes.map((gap) => {
        time += gap * 60_000;
        return `${new Date(time).toISOString()},1,2,0.5,1.5,1`;
      });
      return [HEADER, ...rows].join('\n');
    };

    test('daily bars in a file of hours, with weekends between them', async () => {
      const days = Array.from({ length: 40 }, (_, day) => (day % 5 === 0 ? 3 : 1) * 1440);
      expect((await problemsOf(spaced(days))).message).toBe(
        'AAPL_1h.csv:41: nearly all bars are 1d or more apart: name the file after its real, coarser timeframe. ' +
          'As 1h bars, they would count before they have closed',
      );
    });

    test('months', async () => {
      const months = Array.from({ length: 30 }, (_, month) => (30 + (month % 2)) * 1440);
      expect((await problemsOf(spaced(months))).message).toContain('1w or more apart');
    });

    test('but a market that trades rarely, or two hours a day, is accepted', async () => {
      const rare = Array.from({ length: 100 }, (_, bar) => [60, 120, 180, 300][bar % 4]!);
      const short = Array.from({ length: 100 }, (_, bar) => (bar % 2 === 0 ? 1380 : 60));
      for (const minutes of [rare, short]) expect((await read(spaced(minutes))).length).toBe(100);
    });
  });

  test('several problems are reported together', async () => {
    const { message, problems, truncated } = await problemsOf(
      `${HEADER}\n${GOOD}\n2024-01-02T15:00:00Z,x,2,0.5,,1\n2024-01-02T16:00:00Z,1,0.5,2,1,-1\n${GOOD}\n`,
    );
    expect(message).toBe(
      [
        'AAPL_1h.csv:3: open "x" is not a finite number',
        'AAPL_1h.csv:3: close is empty',
        'AAPL_1h.csv:4: volume -1 must not be negative',
        'and 2 more problems',
      ].join('\n'),
    );
    expect(problems.map(({ line }) => line)).toEqual([3, 3, 4, 4, 5]);
    expect(truncated).toBe(false);
  });

  test('reading stops at the twentieth problem', async () => {
    const rows = Array.from({ length: 10_000 }, () => 'x');
    const { message, problems, truncated } = await problemsOf([HEADER, ...rows].join('\n'));
    expect(problems).toHaveLength(20);
    expect(truncated).toBe(true);
    expect(message).toMatch(/and 17 more problems; reading stopped here$/);
  });

  test('excerpts of the file are short and quoted', async () => {
    const { message } = await problemsOf(
      `${HEADER}\n2024-01-02T14:00:00Z,\u001b[31m${'9x'.repeat(500)},2,1,1,1\n`,
    );
    expect(message).toContain('open "\\u001b[31m9x9x');
    expect(message.length).toBeLessThan(120);
  });
});

describe('a missing file', () => {
  test('is named, with the available bars', async () => {
    await writeFile(join(dataDir, 'MSFT_1d.csv'), `${HEADER}\n${GOOD}\n`);
    await expect(readBars({ dataDir, symbol: 'AAPL', timeframe: '1h' })).rejects.toMatchObject({
      code: 'bars_not_found',
      message:
        `There are no 1h bars of AAPL: AAPL_1h.csv is not in ${dataDir}. Available bars: MSFT 1d. ` +
        'Import your own: ktrdr data import FILE AAPL 1h, or create a sample: ktrdr data sample AAPL 1h',
      details: { symbol: 'AAPL', timeframe: '1h', file: 'AAPL_1h.csv', available: ['MSFT 1d'] },
    });
  });

  test('gets a suggestion when only the case differs', async () => {
    await writeFile(join(dataDir, 'AAPL_1h.csv'), `${HEADER}\n${GOOD}\n`);
    await expect(readBars({ dataDir, symbol: 'aapl', timeframe: '1h' })).rejects.toMatchObject({
      message: expect.stringContaining(
        `aapl_1h.csv is not in ${dataDir}. Did you mean AAPL? Available bars:`,
      ),
    });
  });

  test('is reported as an empty folder, or as a missing one', async () => {
    await expect(readBars({ dataDir, symbol: 'AAPL', timeframe: '1h' })).rejects.toMatchObject({
      code: 'bars_not_found',
      message: expect.stringContaining('There are no bars yet.'),
    });
    const missing = join(dataDir, 'missing');
    await expect(readBars({ dataDir: missing, symbol: 'AAPL', timeframe: '1h' })).rejects.toMatchObject({
      code: 'folder_missing',
      message: expect.stringContaining(`${missing} is missing: the folder of DATA_DIR`),
    });
  });

  test('is reported as unreadable if it is a folder', async () => {
    await mkdir(join(dataDir, 'AAPL_1h.csv'));
    await expect(readBars({ dataDir, symbol: 'AAPL', timeframe: '1h' })).rejects.toMatchObject({
      code: 'bars_invalid',
      message: `AAPL_1h.csv in ${dataDir} is a folder, not a file.`,
    });
  });

  test.each([
    ['../AAPL', '1h'],
    ['..', '1h'],
    ['/A', '1h'],
    ['A\\B', '1h'],
    ['', '1h'],
    ['A'.repeat(33), '1h'],
    ['AAPL\0', '1h'],
    ['AAPL', '2h'],
    ['AAPL', '1h/../../x'],
    ['AAPL', 'toString'],
  ])('symbol %j and timeframe %j never become a path', async (symbol, timeframe) => {
    await expect(readBars({ dataDir, symbol, timeframe })).rejects.toMatchObject({ code: 'invalid_name' });
  });
});

test('written bars are read back exactly, wherever a chunk ends', async () => {
  const price = fc.double({ min: 1e-4, max: 1e6, noNaN: true });
  const bar = fc.record({
    gap: fc.integer({ min: 1, max: 50 }),
    prices: fc.tuple(price, price, price, price),
    volume: fc.nat(),
  });
  const style = fc.record({
    newLine: fc.constantFrom('\n', '\r\n'),
    last: fc.boolean(),
    copies: fc.integer({ min: 1, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(bar, { minLength: 1, maxLength: 200 }),
      style,
      async (drawn, { newLine, last, copies }) => {
        let time = Date.UTC(2020, 0, 1);
        const rows = Array.from({ length: copies }, () => drawn)
          .flat()
          .map(({ gap, prices, volume }, row) => {
            const [open, high, low, close] = [prices[0], Math.max(...prices), Math.min(...prices), prices[1]];
            time += (row % 4 === 0 ? 1 : gap) * HOUR_MS;
            return { time, open, high, low, close, volume };
          });
        const lines = rows.map(({ time: at, ...values }) =>
          [new Date(at).toISOString(), ...Object.values(values)].join(','),
        );
        const bars = await read([HEADER, ...lines].join(newLine) + (last ? newLine : ''));
        expect(bars.length).toBe(rows.length);
        for (const column of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
          expect(bars[column]).toEqual(Float64Array.from(rows, (row) => row[column]));
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('the event loop keeps running while a large file is read', async () => {
  const rows = Array.from(
    { length: 50_000 },
    (_, row) => `${new Date(Date.UTC(2000, 0, 1) + row * HOUR_MS).toISOString()},1,2,0.5,1.5,1`,
  );
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const bars = await read([HEADER, ...rows].join('\n')).finally(() => clearInterval(timer));
  expect(bars.length).toBe(50_000);
  expect(turns).toBeGreaterThan(1);
});
