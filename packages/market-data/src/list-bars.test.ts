import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { barsFile } from './bars-file.js';
import { fingerprintBars } from './fingerprint.js';
import { listBars } from './list-bars.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bars-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

test('bars files are listed by symbol, then from fine to coarse; other files are ignored', async () => {
  const names = ['MSFT_1d.csv', 'AAPL_1d.csv', 'AAPL_5m.csv', 'BRK.B_X_1h.csv'];
  const others = ['.AAPL_1h.csv.1.tmp', 'notes.txt', 'AAPL.csv', 'AAPL_2h.csv', '_1h.csv', 'AAPL_1h.csv.bak'];
  for (const name of [...names, ...others]) await writeFile(join(dataDir, name), '');
  expect((await listBars(dataDir)).map(({ symbol, timeframe, file }) => [symbol, timeframe, file])).toEqual([
    ['AAPL', '5m', 'AAPL_5m.csv'],
    ['AAPL', '1d', 'AAPL_1d.csv'],
    ['BRK.B_X', '1h', 'BRK.B_X_1h.csv'],
    ['MSFT', '1d', 'MSFT_1d.csv'],
  ]);
  await expect(listBars(join(dataDir, 'missing'))).rejects.toMatchObject({ code: 'folder_missing' });
});

test('a fingerprint is the SHA-256 of the file', async () => {
  const content = Buffer.alloc(700_000, 'bars');
  await writeFile(barsFile(dataDir, 'AAPL', '1h'), content);
  expect(await fingerprintBars(dataDir, 'AAPL', '1h')).toEqual({
    symbol: 'AAPL',
    timeframe: '1h',
    sha256: createHash('sha256').update(content).digest('hex'),
  });
  await expect(fingerprintBars(dataDir, 'AAPL', '1d')).rejects.toMatchObject({ code: 'bars_not_found' });
  await expect(fingerprintBars(dataDir, '../AAPL', '1d')).rejects.toMatchObject({ code: 'invalid_name' });
});
