import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Readable } from 'node:stream';
import type { BarsOrigin, ConflictChoice, Timeframe } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { barsInRange } from '../chart-bars.js';
import { parseDateRange } from '../date-range.js';
import { readBars } from '../read-bars.js';
import { deleteBars } from './delete-bars.js';
import { exportBars } from './export-bars.js';
import { listBarsInfo } from './list-bars-info.js';
import type { ParsedBars } from './parsed-bars.js';
import { findConflicts, storeBars } from './store-bars.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'store-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

const HOUR = 3_600_000;
const START = Date.parse('2024-01-02T14:00:00Z');
const ORIGIN: Omit<BarsOrigin, 'rows'> = {
  kind: 'import',
  from: 'export.csv',
  sha256: 'a'.repeat(64),
  profile: null,
  at: '2024-02-01T00:00:00.000Z',
};

/** Hourly bars from hour `from` on, with the given closes. */
function hours(
  closes: readonly number[],
  from = 0,
  symbol = 'AAPL',
  timeframe: Timeframe = '1h',
): ParsedBars {
  const close = Float64Array.from(closes);
  return {
    symbol,
    timeframe,
    time: Float64Array.from(closes, (_, row) => START + (from + row) * HOUR),
    open: close,
    high: close.map((price) => price + 1),
    low: close.map((price) => price - 1),
    close,
    volume: close.map(() => 100),
    length: close.length,
  };
}

function store(bars: ParsedBars | ParsedBars[], onConflict: ConflictChoice = 'refuse') {
  return storeBars(dataDir, Array.isArray(bars) ? bars : [bars], { onConflict, origin: ORIGIN });
}

async function closesOf(symbol = 'AAPL', timeframe = '1h'): Promise<number[]> {
  return [...(await readBars({ dataDir, symbol, timeframe })).close];
}

function text(file = 'AAPL_1h.csv'): Promise<string> {
  return readFile(join(dataDir, file), 'utf8');
}

describe('new bars', () => {
  test('become a file in the format of all bars', async () => {
    const [stored] = await store(hours([10, 11.25, 12]));
    expect(await text()).toBe(
      'timestamp,open,high,low,close,volume\n' +
        '2024-01-02T14:00:00Z,10,11,9,10,100\n' +
        '2024-01-02T15:00:00Z,11.25,12.25,10.25,11.25,100\n' +
        '2024-01-02T16:00:00Z,12,13,11,12,100\n',
    );
    expect(stored).toEqual({
      symbol: 'AAPL',
      timeframe: '1h',
      file: 'AAPL_1h.csv',
      sha256: createHash('sha256')
        .update(await text())
        .digest('hex'),
      rows: 3,
      first: '2024-01-02T14:00:00Z',
      last: '2024-01-02T16:00:00Z',
      added: 3,
      replaced: 0,
      kept: 0,
      unchanged: 0,
    });
  });

  test('extend a file on both sides and fill its gaps', async () => {
    await store(hours([10, 11], 2));
    const [stored] = await store(hours([8, 9, 10, 11, 12, 13]));
    expect(stored).toMatchObject({ rows: 6, added: 4, unchanged: 2, replaced: 0 });
    expect(await closesOf()).toEqual([8, 9, 10, 11, 12, 13]);
  });

  test('that are there already do not change the file', async () => {
    await writeFile(
      join(dataDir, 'AAPL_1h.csv'),
      'close,timestamp,open,high,low,volume\n10,2024-01-02 14:00,10,11,9,100\n',
    );
    const before = await text();
    const [stored] = await store(hours([10]));
    expect(stored).toMatchObject({ rows: 1, added: 0, unchanged: 1 });
    expect(await text()).toBe(before);
  });

  test('give the same bytes however they are split into imports', async () => {
    const all = Array.from({ length: 50 }, (_, row) => 10 + row / 7);
    await store(hours(all));
    const whole = await text();
    await rm(join(dataDir, 'AAPL_1h.csv'));
    await store(hours(all.slice(30), 30));
    await store(hours(all.slice(0, 40)));
    expect(await text()).toBe(whole);
  });
});

describe('bars that differ from those of the file', () => {
  beforeEach(() => store(hours([10, 11, 12])));

  test('are refused with both values, and nothing changes', async () => {
    const before = await text();
    await expect(store([hours([1, 2], 0, 'MSFT'), hours([11.5, 12.5, 13], 1)])).rejects.toMatchObject({
      code: 'import_conflict',
      message: [
        'AAPL_1h.csv: 2 of 2 bars with the same time differ:',
        'AAPL_1h.csv:3: 2024-01-02T15:00:00Z has open 11, high 12, low 10, close 11; new: open 11.5, high 12.5, low 10.5, close 11.5',
        'AAPL_1h.csv:4: 2024-01-02T16:00:00Z has open 12, high 13, low 11, close 12; new: open 12.5, high 13.5, low 11.5, close 12.5',
        'Nothing was stored. Choose on_conflict (--on-conflict): "keep" leaves the stored bars, "replace" takes the new bars.',
      ].join('\n'),
    });
    expect(await text()).toBe(before);
    expect((await readdir(dataDir)).filter((name) => name.endsWith('.csv'))).toEqual(['AAPL_1h.csv']);
  });

  test('stay with keep, and new ones are added', async () => {
    const [stored] = await store(hours([11.5, 12, 13], 1), 'keep');
    expect(stored).toMatchObject({ added: 1, replaced: 0, kept: 1, unchanged: 1 });
    expect(await closesOf()).toEqual([10, 11, 12, 13]);
  });

  test('are replaced with replace', async () => {
    const [stored] = await store(hours([11.5, 12, 13], 1), 'replace');
    expect(stored).toMatchObject({ added: 1, replaced: 1, unchanged: 1 });
    expect(await closesOf()).toEqual([10, 11.5, 12, 13]);
  });
});

describe('bars that open between those of the file', () => {
  /** Days that begin at another hour, as those of another time zone. */
  const days = (hour: number, count: number): ParsedBars => {
    const bars = hours(
      Array.from({ length: count }, () => 10),
      0,
      'AAPL',
      '1d',
    );
    bars.time.forEach((_, day) => (bars.time[day] = Date.UTC(2024, 2, 1 + day, hour)));
    return bars;
  };

  test.each(['refuse', 'keep'] as const)('would overlap them, and are refused with %s', async (choice) => {
    await store(days(0, 40));
    await expect(store(days(5, 10), choice)).rejects.toMatchObject({
      code: 'import_conflict',
      message:
        'the new 1d bars open at other times than those of AAPL_1d.csv and would overlap them: 2024-03-01T05:00:00Z is between 2024-03-01 and 2024-03-02. Are they of another time zone?\n' +
        'Nothing was stored. Set on_conflict to "replace" (--on-conflict replace) to replace the whole content of AAPL_1d.csv, or move the file away.',
    });
  });

  test('are the whole file with replace', async () => {
    await store(days(0, 40));
    expect(await store(days(5, 10), 'replace')).toMatchObject([{ rows: 10, added: 10 }]);
  });

  test('fill gaps, also where summer time moves a day by an hour', async () => {
    const all = days(5, 40);
    all.time.forEach((time, day) => (all.time[day] = day < 10 ? time : time - HOUR));
    const part = (isIn: (day: number) => boolean): ParsedBars => {
      const rows = [...all.time.keys()].filter(isIn);
      return { ...days(0, rows.length), time: Float64Array.from(rows, (row) => all.time[row]!) };
    };
    await store(part((day) => day % 2 === 0));
    expect(await store(part((day) => day % 2 === 1))).toMatchObject([{ rows: 40, added: 20 }]);
  });
});

describe('numbers agree within the rounding of both files', () => {
  const prices = (values: number[]): ParsedBars => hours([...values, 23.41, 23.52, 23.63, 23.74, 23.85]);

  test.each([
    ['with fewer decimals', 23.3925, 23.39],
    ['with more decimals', 23.39, 23.3925],
    ['of single precision', 23.39, Math.fround(23.39)],
    ['with an error of a double', 23.39, 23.390000000000004],
  ])('%s', async (_, old, next) => {
    await store(prices([old]));
    const before = await text();
    expect((await store(prices([next])))[0]).toMatchObject({ unchanged: 6, added: 0, replaced: 0 });
    expect(await text()).toBe(before);
  });

  test.each([
    ['a unit of the last decimal', 23.39, 23.4],
    ['more than half a unit', 23.396, 23.39],
    ['more than 0.1 %', 0.55, 0.5525],
  ])('and differ by %s', async (_, old, next) => {
    await store(prices([old]));
    await expect(store(prices([next]))).rejects.toMatchObject({ code: 'import_conflict' });
  });

  test('but a few whole prices do not make a file without decimals', async () => {
    await store(hours([10_000.4, 10_001.2]));
    await expect(store(hours([10_000, 10_001]))).rejects.toMatchObject({ code: 'import_conflict' });
  });
});

test('any merges give the bars that a map of times gives', async () => {
  const hour = fc.integer({ min: 0, max: 40 });
  const some = fc.uniqueArray(fc.tuple(hour, fc.integer({ min: 1, max: 3 })), {
    selector: ([at]) => at,
    minLength: 1,
  });
  const imports = fc.array(fc.tuple(some, fc.constantFrom<ConflictChoice>('keep', 'replace')), {
    minLength: 1,
    maxLength: 4,
  });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(imports, async (all) => {
      const symbol = `S${number++}`;
      const expected = new Map<number, number>();
      for (const [bars, onConflict] of all) {
        const sorted = bars.toSorted(([a], [b]) => a - b);
        const parsed = hours(
          sorted.map(([, close]) => close),
          0,
          symbol,
        );
        parsed.time = Float64Array.from(sorted, ([at]) => START + at * HOUR);
        const [stored] = await store(parsed, onConflict);
        const overlap = sorted.filter(([at]) => expected.has(at));
        const differing = overlap.filter(([at, close]) => expected.get(at) !== close).length;
        const replaced = onConflict === 'replace' ? differing : 0;
        expect(stored).toMatchObject({
          added: sorted.length - overlap.length,
          replaced,
          kept: differing - replaced,
          unchanged: overlap.length - differing,
        });
        for (const [at, close] of sorted)
          if (onConflict === 'replace' || !expected.has(at)) expected.set(at, close);
      }
      const found = await readBars({ dataDir, symbol, timeframe: '1h' });
      const times = [...expected.keys()].toSorted((a, b) => a - b);
      expect([...found.time]).toEqual(times.map((at) => START + at * HOUR));
      expect([...found.close]).toEqual(times.map((at) => expected.get(at)));
    }),
    { numRuns: Math.ceil(propertyRuns() / 3) },
  );
});

describe('a file that an import would spoil', () => {
  const SYNTHETIC =
    '# synthetic bars, not market data: AAPL 1h, seed 42\ntimestamp,open,high,low,close,volume\n2024-01-02T14:00:00Z,10,11,9,10,100\n';

  test.each<ConflictChoice>(['refuse', 'keep'])(
    'because it is synthetic stays with %s',
    async (onConflict) => {
      await writeFile(join(dataDir, 'AAPL_1h.csv'), SYNTHETIC);
      await expect(store(hours([20, 21], 5), onConflict)).rejects.toMatchObject({
        code: 'import_conflict',
        message:
          'AAPL_1h.csv has synthetic bars, and the new bars are real. ktrdr does not mix them.\n' +
          'Nothing was stored. Set on_conflict to "replace" (--on-conflict replace) to replace the whole content of AAPL_1h.csv, or move the file away.',
      });
      expect(await text()).toBe(SYNTHETIC);
    },
  );

  test('because it is synthetic is given up with replace', async () => {
    await writeFile(join(dataDir, 'AAPL_1h.csv'), SYNTHETIC);
    expect((await store(hours([20, 21], 5), 'replace'))[0]).toMatchObject({
      rows: 2,
      first: '2024-01-02T19:00:00Z',
    });
    expect(await text()).toMatch(/^timestamp/);
  });

  test('because of more columns stays, unless it is replaced', async () => {
    const mine = 'timestamp,open,high,low,close,volume,vwap\n2024-01-02T14:00:00Z,10,11,9,10,100,10.2\n';
    await writeFile(join(dataDir, 'AAPL_1h.csv'), mine);
    await expect(store(hours([11], 1))).rejects.toMatchObject({
      message: expect.stringContaining('AAPL_1h.csv has columns that an import does not keep: vwap.'),
    });
    expect(await text()).toBe(mine);
    await store(hours([11], 1), 'replace');
    expect(await closesOf()).toEqual([10, 11]);
  });

  test('because its symbol differs only in case stays', async () => {
    await store(hours([10]));
    await expect(store(hours([10], 0, 'aapl', '1d'))).rejects.toMatchObject({
      code: 'import_conflict',
      message: expect.stringContaining('aapl and AAPL differ only in upper and lower case'),
    });
    await expect(
      findConflicts(dataDir, [hours([10], 0, 'aapl', '1d')], { onConflict: 'replace' }),
    ).rejects.toMatchObject({ code: 'import_conflict' });
    await expect(store([hours([10], 0, 'X'), hours([10], 0, 'x')])).rejects.toMatchObject({
      code: 'import_conflict',
    });
    expect(await readdir(dataDir)).toEqual(['.sources', 'AAPL_1h.csv']);
  });
});

test('comments of a file stay', async () => {
  await writeFile(
    join(dataDir, 'AAPL_1h.csv'),
    '# from my broker\r\ntimestamp,open,high,low,close,volume\r\n2024-01-02T14:00:00Z,10,11,9,10,100\r\n',
  );
  await store(hours([11], 1));
  expect((await text()).split('\n').slice(0, 3)).toEqual([
    '# from my broker',
    'timestamp,open,high,low,close,volume',
    '2024-01-02T14:00:00Z,10,11,9,10,100',
  ]);
});

test('an import that is cancelled stores nothing', async () => {
  const reason = new Error('cancelled');
  await expect(
    storeBars(dataDir, [hours([10])], {
      onConflict: 'refuse',
      origin: ORIGIN,
      signal: AbortSignal.abort(reason),
    }),
  ).rejects.toBe(reason);
  expect(await readdir(dataDir)).toEqual([]);
});

test('a foreign journal moves no files outside the folder', async () => {
  await store(hours([10]));
  await mkdir(join(dataDir, '.writing'));
  const journal = join(dataDir, '.writing', '3.journal');
  for (const target of ['../outside', 'notes.txt', '.sources/../x.csv', '/tmp/x', '.sources/x.txt/../../y']) {
    await writeFile(journal, JSON.stringify({ moves: [{ staged: '0', target }], removals: [] }));
    await expect(closesOf()).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('3.journal is damaged'),
    });
  }
});

describe('the list of bars', () => {
  const second = { ...ORIGIN, from: 'second.csv' };

  test('has the range and the origins of each file, newest first', async () => {
    await store(hours([10, 11]));
    await storeBars(dataDir, [hours([11, 12], 1)], { onConflict: 'refuse', origin: second });
    await store(hours([10, 11]));
    expect(await listBarsInfo({ dataDir })).toEqual([
      {
        symbol: 'AAPL',
        timeframe: '1h',
        file: 'AAPL_1h.csv',
        bytes: (await text()).length,
        sha256: createHash('sha256')
          .update(await text())
          .digest('hex'),
        rows: 3,
        first: '2024-01-02T14:00:00Z',
        last: '2024-01-02T16:00:00Z',
        problem: null,
        origins: [
          { ...second, rows: 2 },
          { ...ORIGIN, rows: 2 },
        ],
        changed_since: false,
      },
    ]);
  });

  test('does not name a file whose bars were not taken', async () => {
    await store(hours([10, 11]));
    await storeBars(dataDir, [hours([10, 12])], { onConflict: 'keep', origin: second });
    expect(await listBarsInfo({ dataDir })).toMatchObject([{ origins: [{ from: ORIGIN.from }] }]);
  });

  test('says that a file has changed, and knows its new range', async () => {
    await store(hours([10, 11]));
    await writeFile(join(dataDir, 'AAPL_1h.csv'), `${await text()}2024-01-03T14:00:00Z,10,11,9,10,100\n`);
    expect(await listBarsInfo({ dataDir })).toMatchObject([
      { rows: 3, last: '2024-01-03T14:00:00Z', changed_since: true, origins: [ORIGIN] },
    ]);
  });

  test('has files without an origin, files that cannot be read, and only the wanted ones', async () => {
    await writeFile(join(dataDir, 'BTC%2FUSDT_1h.csv'), 'time,price\n');
    await writeFile(
      join(dataDir, 'MSFT_1d.csv'),
      'timestamp,open,high,low,close,volume\n2024-01-02,10,11,9,10,100\n',
    );
    expect(await listBarsInfo({ dataDir })).toMatchObject([
      {
        symbol: 'BTC/USDT',
        rows: null,
        first: null,
        problem: expect.stringMatching(/^BTC%2FUSDT_1h\.csv:1: columns/),
      },
      { symbol: 'MSFT', rows: 1, first: '2024-01-02', problem: null, origins: [], changed_since: false },
    ]);
    expect(await listBarsInfo({ dataDir }, { symbol: 'MSFT' })).toHaveLength(1);
  });

  test('names a file again that was imported with another adjustment or zone', async () => {
    await store(hours([10, 11]));
    const choices = [{ adjust: 'ratio' as const }, { timezone: 'America/New_York' }];
    const origins = choices.map((choice) => ({ ...ORIGIN, ...choice }));
    for (const [at, origin] of origins.entries())
      await storeBars(dataDir, [hours([10, 12 + at])], { onConflict: 'replace', origin });
    expect((await listBarsInfo({ dataDir }))[0]!.origins).toEqual(
      [...origins.toReversed(), ORIGIN].map((origin) => ({ ...origin, rows: 2 })),
    );
  });

  test('adds up downloads from one source', async () => {
    const download = { ...ORIGIN, kind: 'download', from: 'binance' } as const;
    await store(hours([10]));
    for (const from of [1, 2, 3])
      await storeBars(dataDir, [hours([10], from)], { onConflict: 'refuse', origin: download });
    expect((await listBarsInfo({ dataDir }))[0]!.origins).toEqual([
      { ...download, rows: 3 },
      { ...ORIGIN, rows: 1 },
    ]);
  });
});

describe('stored bars', () => {
  test('are deleted with what is known of them', async () => {
    await store([hours([10]), hours([10], 0, '^GSPC')]);
    expect(await deleteBars(dataDir, '^GSPC', '1h')).toBe('%5EGSPC_1h.csv');
    expect(await readdir(dataDir)).toEqual(['.sources', 'AAPL_1h.csv']);
    expect(await readdir(join(dataDir, '.sources'))).toEqual(['AAPL_1h.json']);
    await expect(deleteBars(dataDir, '^GSPC', '1h')).rejects.toMatchObject({ code: 'bars_not_found' });
    await expect(deleteBars(join(dataDir, 'missing'), 'X', '1h')).rejects.toMatchObject({
      code: 'folder_missing',
    });
  });

  test('are exported as they are, or those of a range', async () => {
    await writeFile(
      join(dataDir, 'AAPL_1h.csv'),
      `# mine\n${['timestamp,open,high,low,close,volume', '2024-01-02T14:00:00Z,10.10,11,9,10,100', '2024-01-03T14:00:00Z,10.20,11,9,10,100', ''].join('\n')}`,
    );
    const whole = await exportBars({ dataDir, symbol: 'AAPL', timeframe: '1h' });
    expect([whole.file, whole.bytes, await content(whole.stream)]).toEqual([
      'AAPL_1h.csv',
      (await text()).length,
      await text(),
    ]);
    const range = parseDateRange('2024-01-03');
    expect(
      await content((await exportBars({ dataDir, symbol: 'AAPL', timeframe: '1h' }, range)).stream),
    ).toBe('# mine\ntimestamp,open,high,low,close,volume\n2024-01-03T14:00:00Z,10.2,11,9,10,100\n');
    await expect(
      exportBars({ dataDir, symbol: 'AAPL', timeframe: '1h' }, parseDateRange('2025-01-01')),
    ).rejects.toMatchObject({
      code: 'no_bars_in_range',
    });
  });

  test('make a chart of a few points', async () => {
    await store(hours([1, 2, 3, 4, 5, 6, 7]));
    expect(await barsInRange({ dataDir }, 'AAPL', '1h', { points: 3 })).toEqual([
      { time: '2024-01-02T14:00:00Z', open: 1, high: 4, low: 0, close: 3 },
      { time: '2024-01-02T17:00:00Z', open: 4, high: 7, low: 3, close: 6 },
      { time: '2024-01-02T20:00:00Z', open: 7, high: 8, low: 6, close: 7 },
    ]);
    expect(await barsInRange({ dataDir }, 'AAPL', '1h', { points: 100 })).toHaveLength(7);
  });
});

async function content(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString();
}
