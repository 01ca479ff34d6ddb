import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { mutated, mutations } from '@ktrdr/files/testing';
import fc from 'fast-check';
import { readBars } from '../read-bars.js';
import { cacheBars } from './cached-bars.js';

const HOUR_MS = 3_600_000;
const clock = { now: () => Date.now() + 60_000 };

let [dataDir, stateDir] = ['', ''];
beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'cached-bars-'));
  [dataDir, stateDir] = [join(root, 'data'), join(root, 'state')];
  await mkdir(dataDir);
});
afterEach(async () => {
  await rm(join(dataDir, '..'), { recursive: true });
});

/** Bars with comments and blank lines between them, so that the bars form several blocks of lines. */
function linesOf(rows: number, comment = '# synthetic'): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const time = new Date(Date.UTC(2020, 0, 1) + row * HOUR_MS).toISOString();
    return `${time},${row + 1.1},${row + 2.3},${row + 0.7},${row + 1.9},${row % 7}${row % 10 === 9 ? '\n' : ''}`;
  });
  return `${comment}\ntimestamp,open,high,low,close,volume\n${lines.join('\n')}\n`;
}

const read = (timeframe = '1h') => readBars({ dataDir, stateDir, symbol: 'AAPL', timeframe }, clock);
const parsed = (timeframe = '1h') => readBars({ dataDir, symbol: 'AAPL', timeframe });

describe('the cache of bars', () => {
  test('gives the bars of the file, with the lines of messages', async () => {
    for (const rows of [1, 25]) {
      await writeFile(join(dataDir, 'AAPL_1h.csv'), linesOf(rows));
      const bars = await parsed();
      expect(await read()).toEqual(bars);
      expect(await readdir(join(stateDir, 'bars'))).toContain(bars.sha256);
      expect(await read()).toEqual(bars);
    }
  });

  test('is read instead of the file', async () => {
    await writeFile(join(dataDir, 'AAPL_1h.csv'), linesOf(3));
    const bars = await parsed();
    const close = Float64Array.of(5, 6, -0);
    await cacheBars(stateDir, { ...bars, close }, clock);
    expect((await read()).close).toEqual(close);
  });

  test('belongs to the bytes of the file, and to its timeframe', async () => {
    await writeFile(join(dataDir, 'AAPL_1h.csv'), linesOf(30));
    await read();
    await writeFile(join(dataDir, 'AAPL_4h.csv'), linesOf(30));
    await expect(read('4h')).rejects.toMatchObject({ code: 'bars_invalid' });
    await writeFile(join(dataDir, 'AAPL_1h.csv'), linesOf(30, '# from a vendor'));
    expect(await read()).toEqual(await parsed());
  });

  test('with any damage is ignored and replaced', async () => {
    await writeFile(join(dataDir, 'AAPL_1h.csv'), linesOf(12));
    const bars = await read();
    const path = join(stateDir, 'bars', bars.sha256);
    const sound = await readFile(path);
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        await writeFile(path, mutated(sound, changes));
        expect(await read()).toEqual(bars);
        expect(await readFile(path)).toEqual(sound);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('is replaced if it is a link, and left out if it is a folder or cannot be written', async () => {
    await writeFile(join(dataDir, 'AAPL_1h.csv'), linesOf(12));
    const bars = await read();
    const path = join(stateDir, 'bars', bars.sha256);
    const elsewhere = join(dataDir, 'elsewhere');
    await writeFile(elsewhere, await readFile(path));
    await rm(path);
    await symlink(elsewhere, path);
    expect(await read()).toEqual(bars);
    expect((await lstat(path)).isFile()).toBe(true);
    await rm(path);
    await mkdir(path);
    expect(await read()).toEqual(bars);
    await rm(join(stateDir, 'bars'), { recursive: true });
    await writeFile(join(stateDir, 'bars'), 'a file where the folder should be');
    expect(await read()).toEqual(bars);
    expect(await readdir(stateDir)).toEqual(['bars']);
  });

  test('may be deleted while bars are read', async () => {
    await writeFile(join(dataDir, 'AAPL_1h.csv'), linesOf(500));
    const bars = await parsed();
    const deleted = (async () => {
      for (let round = 0; round < 20; round += 1)
        await rm(join(stateDir, 'bars'), { recursive: true, force: true }).catch(() => undefined);
    })();
    for (let round = 0; round < 20; round += 1) expect(await read()).toEqual(bars);
    await deleted;
  });
});
