import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fingerprintBars, writeSampleBars } from '@ktrdr/market-data';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import { FileTransfer } from './file-transfer.js';
import { FetchedBars } from './fetched-bars.js';

const DAY = 24 * 3_600_000;
const NOBODY = { signal: new AbortController().signal, onPhase: () => {}, secret: null };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-bars-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('the last use of bars decides how long they are kept, not the time of their fetch', async () => {
  const [dataDir, stateDir] = [join(directory, 'data'), join(directory, 'state')];
  await mkdir(dataDir);
  const sample = { dataDir, timeframe: '1h', startDate: '2024-01-01', endDate: '2024-01-31' };
  for (const symbol of ['AAPL', 'MSFT']) await writeSampleBars({ ...sample, symbol });
  const used = await fingerprintBars({ dataDir, symbol: 'AAPL', timeframe: '1h' });
  const unused = await fingerprintBars({ dataDir, symbol: 'MSFT', timeframe: '1h' });
  // the fake clock starts at the real time, because new folders get the time of the disk's clock
  const clock = new FakeClock(Date.now());
  const api = new FileTransfer('http://127.0.0.1:1', clock, new RecordingLogger());
  const bars = new FetchedBars(dataDir, stateDir, api, clock);
  const folder = await bars.folderOf('op_training_20240101T000000_one', [used], NOBODY);
  await bars.folderOf('op_training_20240101T000000_two', [unused], NOBODY);
  expect(await readdir(folder)).toEqual(['AAPL_1h.csv']);
  const kept = () => readdir(join(stateDir, 'bars'));

  await clock.advance(13 * DAY);
  expect(await bars.folderOf('op_training_20240115T000000_next', [used], NOBODY)).toBe(folder);
  await bars.removeOld(clock.now());
  expect(await kept()).toHaveLength(2);
  await clock.advance(13 * DAY);
  await bars.removeOld(clock.now());
  expect((await kept()).map((name) => join(stateDir, 'bars', name))).toEqual([folder]);
  await clock.advance(2 * DAY);
  await bars.removeOld(clock.now());
  expect(await kept()).toEqual([]);
});
