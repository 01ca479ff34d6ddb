import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BarsOrigin, ConflictChoice, Timeframe } from '@ktrdr/contracts';
import { readBars } from '../read-bars.js';
import { listBarsInfo } from './list-bars-info.js';
import type { ParsedBars } from './parsed-bars.js';
import { storeBars } from './store-bars.js';

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
        '2 of 2 bars that AAPL_1h.csv has already differ from the new ones (open,high,low,close,volume):',
        'AAPL_1h.csv:3: 2024-01-02T15:00:00Z has 11,12,10,11,100; new: 11.5,12.5,10.5,11.5,100',
        'AAPL_1h.csv:4: 2024-01-02T16:00:00Z has 12,13,11,12,100; new: 12.5,13.5,11.5,12.5,100',
        'Nothing was stored. Choose on_conflict (--on-conflict): "keep" leaves the existing bars, "replace" takes the new ones.',
      ].join('\n'),
    });
    expect(await text()).toBe(before);
    expect((await readdir(dataDir)).filter((name) => name.endsWith('.csv'))).toEqual(['AAPL_1h.csv']);
  });

  test('stay with keep, and new ones are added', async () => {
    const [stored] = await store(hours([11.5, 12, 13], 1), 'keep');
    expect(stored).toMatchObject({ added: 1, replaced: 0, unchanged: 2 });
    expect(await closesOf()).toEqual([10, 11, 12, 13]);
  });

  test('are replaced with replace', async () => {
    const [stored] = await store(hours([11.5, 12, 13], 1), 'replace');
    expect(stored).toMatchObject({ added: 1, replaced: 1, unchanged: 1 });
    expect(await closesOf()).toEqual([10, 11.5, 12, 13]);
  });
});

describe('the origins of a file', () => {
  test('are listed newest first, with its range', async () => {
    await store(hours([10, 11]));
    await store(hours([11, 12], 1));
    expect(await listBarsInfo(dataDir)).toEqual([
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
          { ...ORIGIN, rows: 2 },
          { ...ORIGIN, rows: 2 },
        ],
        changed_since: false,
      },
    ]);
  });
});
