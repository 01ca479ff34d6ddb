import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { readBars } from '../src/read-bars.js';
import { listBarsInfo } from '../src/store/list-bars-info.js';
import { type SomeBars, storeInProcess } from './store-process.js';

/** An import changes all its files or none, whatever happens to its process. */

let folder: string;
let dataDir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'all-or-nothing-'));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
  await mkdir(dataDir);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const OLD: SomeBars[] = [{ symbol: 'AAPL', closes: [10, 11, 12] }];
/** Extends one file and creates another. */
const NEW: SomeBars[] = [
  { symbol: 'AAPL', closes: [12, 13, 14], from: 2 },
  { symbol: 'BTC/USDT', closes: [40_000, 41_000.5] },
];

/** Every file that bars are read from, by name. */
async function contentOf(directory: string): Promise<Record<string, string>> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && !entry.parentPath.includes('.writing'));
  const texts = files.map(async ({ parentPath, name }) => [
    name,
    await readFile(join(parentPath, name), 'utf8'),
  ]);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}

async function inGroups<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 4) {
    results.push(...(await Promise.all(items.slice(at, at + 4).map(work))));
  }
  return results;
}

test('a process that is killed at any of its file operations leaves all old files or all new ones', async () => {
  await storeInProcess(dataDir, { imports: [OLD] });
  const old = await contentOf(dataDir);
  const whole = join(folder, 'whole');
  await cp(dataDir, whole, { recursive: true });
  const end = await storeInProcess(whole, { imports: [NEW] });
  if (typeof end === 'string' || !('calls' in end))
    throw new Error(`the import failed: ${JSON.stringify(end)}`);
  const all = await contentOf(whole);
  expect(Object.keys(all).toSorted()).toEqual([
    'AAPL_1h.csv',
    'AAPL_1h.json',
    'BTC%2FUSDT_1h.csv',
    'BTC%2FUSDT_1h.json',
  ]);

  // opening and syncing change nothing that a kill can show; a nightly run takes them too
  const points = end.calls.flatMap((call, index) =>
    propertyRuns() > 100 || /^(writeFile|appendFile|rename|rm)/.test(call) ? [index + 1] : [],
  );
  expect(points.length).toBeGreaterThan(15);
  const outcomes = await inGroups(points, async (crashAt) => {
    const directory = join(folder, `crash-${crashAt}`);
    await cp(dataDir, directory, { recursive: true });
    expect(await storeInProcess(directory, { imports: [NEW], crashAt })).toBe('killed');
    await listBarsInfo({ dataDir: directory });
    const found = await contentOf(directory);
    const isNew = Object.keys(found).length > Object.keys(old).length;
    expect(found).toEqual(isNew ? all : old);
    return isNew;
  });
  // the decision falls once, and both outcomes occur
  expect(outcomes.lastIndexOf(false)).toBeLessThan(outcomes.indexOf(true));
  expect(outcomes).toContain(false);

  const early = join(folder, `crash-${points[outcomes.indexOf(true) - 1]}`);
  await storeInProcess(early, { imports: [NEW] });
  expect(await contentOf(early)).toEqual(all);
  expect(await readdir(early)).toEqual(['.sources', 'AAPL_1h.csv', 'BTC%2FUSDT_1h.csv']);
});

test('processes that import bars of one symbol at once lose none', async () => {
  const imports = [0, 1, 2].map((process) =>
    [0, 1, 2].map((turn) => [
      { symbol: 'AAPL', closes: [100 + process + 3 * turn], from: process + 3 * turn },
    ]),
  );
  const ends = await Promise.all(imports.map((own) => storeInProcess(dataDir, { imports: own })));
  expect(ends).toEqual(imports.map(() => ({ calls: expect.any(Array) })));
  const { close } = await readBars({ dataDir, symbol: 'AAPL', timeframe: '1h' });
  expect([...close]).toEqual(Array.from({ length: 9 }, (_, row) => 100 + row));
  expect((await listBarsInfo({ dataDir }))[0]!.origins).toHaveLength(9);
  expect(await readdir(dataDir)).toEqual(['.sources', 'AAPL_1h.csv']);
});

describe('an import that cannot be written', () => {
  beforeEach(() => storeInProcess(dataDir, { imports: [OLD] }));

  const many: SomeBars[] = [
    { symbol: 'MSFT', closes: [1, 2] },
    { symbol: 'AAPL', closes: Array.from({ length: 300 }, (_, row) => 10 + row) },
  ];

  test('because the disk is full changes nothing', async () => {
    const old = await contentOf(dataDir);
    // 8 KiB for each file, which the second one exceeds
    expect(await storeInProcess(dataDir, { imports: [many] }, 16)).toEqual({
      code: 'disk_full',
      message: expect.stringMatching(
        /^The disk is full \(EFBIG\): storing bars in .* failed\. Nothing was stored\. Free some space or set DATA_DIR/,
      ),
    });
    expect(await contentOf(dataDir)).toEqual(old);
    expect(await readdir(dataDir)).toEqual(['.sources', 'AAPL_1h.csv']);
  });

  test('because the folder is read-only changes nothing', async () => {
    const old = await contentOf(dataDir);
    const powerless = process.getuid?.() === 0;
    if (!powerless) await chmod(dataDir, 0o555);
    expect(await storeInProcess(dataDir, { imports: [many], powerless })).toEqual({
      code: 'storage_failed',
      message: expect.stringMatching(
        /^Storing bars in .* failed: EACCES.*Check that DATA_DIR is a writable folder\.$/,
      ),
    });
    if (!powerless) await chmod(dataDir, 0o755);
    expect(await contentOf(dataDir)).toEqual(old);
  });

  test('because a folder has the name of a file changes nothing', async () => {
    const old = await contentOf(dataDir);
    await mkdir(join(dataDir, 'MSFT_1h.csv'));
    await writeFile(join(dataDir, 'MSFT_1h.csv', 'mine'), '');
    expect(await storeInProcess(dataDir, { imports: [many] })).toMatchObject({ code: 'bars_invalid' });
    expect(await contentOf(dataDir)).toEqual({ ...old, mine: '' });
  });
});
