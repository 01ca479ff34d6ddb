import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { compareBars } from './compare-bars.js';
import { fingerprintBars } from './fingerprint.js';

test('says of each file whether it is unchanged, changed or missing', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'compare-bars-'));
  const folders = { dataDir, stateDir: join(dataDir, 'state') };
  const symbols = ['SAME', 'OTHER', 'GONE', 'FOLDER'];
  for (const symbol of symbols) await writeFile(join(dataDir, `${symbol}_1h.csv`), symbol);
  const trained = await Promise.all(
    symbols.map((symbol) => fingerprintBars({ ...folders, symbol, timeframe: '1h' })),
  );
  await writeFile(join(dataDir, 'OTHER_1h.csv'), 'OTHEr');
  for (const symbol of ['GONE', 'FOLDER']) await rm(join(dataDir, `${symbol}_1h.csv`));
  await mkdir(join(dataDir, 'FOLDER_1h.csv'));
  const hostile = { symbol: '../SAME', timeframe: '1h', sha256: trained[0]!.sha256 };
  const states = ['unchanged', 'changed', 'missing', 'changed', 'missing'];
  expect(await compareBars(folders, [...trained, hostile])).toEqual(
    [...trained, hostile].map((one, at) => ({ ...one, state: states[at] })),
  );
  expect(await compareBars({ dataDir: join(dataDir, 'nowhere') }, trained.slice(0, 1))).toMatchObject([
    { state: 'missing' },
  ]);
  await rm(dataDir, { recursive: true });
});
