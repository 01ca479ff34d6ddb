import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fileIdentity } from '@ktrdr/files';
import { barsFileFacts } from '../fingerprint.js';
import { keepFacts, keptFacts } from './kept-facts.js';

const HEADER = 'timestamp,open,high,low,close,volume\n';
const later = { now: () => Date.now() + 60_000 };
const WRONG = { sha256: '0'.repeat(64), bytes: 1, bars: 1 };

let [stateDir, path] = ['', ''];
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'kept-facts-'));
  path = join(stateDir, 'AAPL_1h.csv');
});
afterEach(async () => {
  await rm(stateDir, { recursive: true });
});

const facts = (clock?: { now(): number }) =>
  barsFileFacts({ dataDir: stateDir, stateDir, symbol: 'AAPL', timeframe: '1h' }, clock);
const identity = async () => fileIdentity(await lstat(path, { bigint: true }));
const factsOf = (text: string) => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  bytes: text.length,
  bars: text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#')).length - 1,
});

test('the facts of an unchanged file are found by other processes', async () => {
  await writeFile(path, HEADER);
  expect(await facts(later)).toEqual(factsOf(HEADER));
  expect(await keptFacts(stateDir, await identity())).toEqual(factsOf(HEADER));
});

test.each([
  ['no bars', HEADER],
  ['bars', `${HEADER}2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n`],
  ['no line end after the last bar', `${HEADER}2024-01-02,1,1,1,1,1`],
  ['comments and blank lines', `# sample\n\n${HEADER}\r\n2024-01-02,1,1,1,1,1\r\n\r\n# end\n`],
  ['more bytes than one read', `${HEADER}${'2024-01-02T03:04:05Z,1,1,1,1,1\n\n'.repeat(100_000)}`],
])('a file with %s: its number of bars', async (_what, text) => {
  await writeFile(path, text);
  expect(await facts()).toEqual(factsOf(text));
});

test('those who ask together read a file once', async () => {
  await writeFile(path, HEADER);
  const { mtimeMs } = await lstat(path);
  const young = { now: () => mtimeMs };
  const all = await Promise.all(Array.from({ length: 200 }, () => facts(young)));
  expect(new Set(all).size).toBe(1);
  expect(all[0]).not.toBe(await facts(young)); // a file this young is read anew each time
});

test('a file whose facts are kept is not read', async () => {
  await writeFile(path, HEADER);
  await keepFacts(stateDir, await identity(), WRONG);
  expect(await facts(later)).toEqual(WRONG);
});

test.each(['size', 'time', 'inode'])('a file with another %s is read again', async (what) => {
  await writeFile(path, HEADER);
  await keepFacts(stateDir, await identity(), WRONG);
  if (what === 'size') await writeFile(path, `${HEADER}\n`);
  if (what === 'time') await utimes(path, 1, 1);
  if (what === 'inode') {
    await rm(path);
    await writeFile(`${path}.other`, 'takes the inode');
    await writeFile(path, HEADER);
  }
  expect(await facts(later)).toEqual(factsOf(what === 'size' ? `${HEADER}\n` : HEADER));
});

test('a file that changes within one second, with the same size, gets its new fingerprint', async () => {
  for (let change = 0; change < 50; change += 1) {
    const text = `${HEADER}${String(change).padStart(2, '0')}`;
    await writeFile(path, text);
    expect(await facts()).toEqual(factsOf(text));
  }
  expect(await readdir(stateDir)).toEqual(['AAPL_1h.csv']);
});

test('damaged facts are ignored', async () => {
  await writeFile(path, HEADER);
  const at = await identity();
  await keepFacts(stateDir, at, WRONG);
  const kept = join(stateDir, 'bars', 'known', at.place);
  const text = await readFile(kept, 'latin1');
  for (const damaged of ['', '\0'.repeat(80), text.slice(0, -1), text.replace('000 1 1', '000 1 2')]) {
    await writeFile(kept, damaged);
    expect(await keptFacts(stateDir, at)).toBeNull();
  }
  await writeFile(kept, text);
  expect(await keptFacts(stateDir, at)).toEqual(WRONG);
});
