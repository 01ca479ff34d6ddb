import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { mutated, mutations } from '@ktrdr/files/testing';
import fc from 'fast-check';
import { strategyOf } from '../testing/random-market.js';
import { dataSettingsOf } from './data-settings.js';
import { FeatureCache, type FeatureCacheKey } from './feature-cache.js';

let stateDir = '';
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'feature-cache-'));
});
afterAll(() => rm(stateDir, { recursive: true }));

const nothing = async (): Promise<void> => undefined;
const strategy = dataSettingsOf(
  strategyOf({
    labels: '{ source: context, horizon: 9 }',
    symbols: 1,
    timeframes: ['1h'],
    bars: 0,
    seed: 0,
    embargo: 0,
  }),
);
const key = (code: string): FeatureCacheKey => ({
  strategy,
  range: {},
  validationSplit: undefined,
  bars: [{ symbol: 'AAA', timeframe: '1h', sha256: 'a'.repeat(64) }],
  code,
});
const value = {
  rows: Int32Array.of(1, 2, 3),
  features: Float64Array.of(-0, 0.1),
  warnings: ['é', -Infinity],
};

test('gives what was written, and nothing after any damage or for another key', async () => {
  const cache = new FeatureCache(stateDir, 1, { now: () => Date.now() });
  expect(await cache.read(key('one'))).toBeNull();
  await cache.write(key('one'), value, nothing);
  await cache.write(key('two'), { ...value, rows: null }, nothing);
  expect(await cache.read(key('one'))).toStrictEqual(value);
  const folder = join(stateDir, 'features');
  const files = await readdir(folder);
  const contents = await Promise.all(files.map((name) => readFile(join(folder, name))));
  const index = contents.findIndex((content) => content.includes('"rows":{'.replaceAll('"', '\\"')));
  const path = join(folder, files[index]!);
  const sound = contents[index]!;
  await fc.assert(
    fc.asyncProperty(mutations, async (changes) => {
      const damaged = mutated(sound, changes);
      if (damaged.equals(sound)) return;
      await writeFile(path, damaged);
      expect(await cache.read(key('one'))).toBeNull();
    }),
    { numRuns: propertyRuns() },
  );
  await copyFile(join(folder, files[1 - index]!), path);
  expect(await cache.read(key('one'))).toBeNull();
  await cache.write(key('one'), value, nothing);
  expect(await readFile(path)).toEqual(sound);
});
