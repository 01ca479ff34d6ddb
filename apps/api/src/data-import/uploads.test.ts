import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Uploads } from './uploads.js';

/** What uploads may take, and when they go. */
const MB = 2 ** 20;
const HOUR_MS = 3_600_000;

let stateDir: string;
let uploads: Uploads;
let number: number;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'uploads-'));
  number = 0;
  uploads = new Uploads(stateDir, 1, () => String(number++).padStart(10, '0'));
});
afterEach(() => rm(stateDir, { recursive: true }));

const names = (): Promise<string[]> => readdir(join(stateDir, 'uploads'));
const keep = (bytes: number): Promise<unknown> => {
  const content = Buffer.alloc(bytes);
  return uploads.receive('A.csv', Readable.from([content]), bytes);
};

test('running uploads count with the size that they may reach', async () => {
  const senders = Array.from({ length: 5 }, () => new PassThrough());
  // without a length, each of them can reach the limit of a file
  const running = senders.map((sender) => uploads.receive('A.csv', sender, undefined));
  await expect(keep(1)).rejects.toMatchObject({ code: 'too_many_waiting' });
  senders[0]!.destroy();
  await expect(running[0]).rejects.toThrow();
  await keep(MB);
  for (const sender of senders) sender.end('x');
  await Promise.all(running.slice(1));
  expect(await names()).toHaveLength(5);
});

test('a check answers what the upload would get', async () => {
  await uploads.check('A.csv', MB);
  await expect(uploads.check('A.csv', MB + 1)).rejects.toMatchObject({ code: 'payload_too_large' });
  await expect(uploads.check('..', 1)).rejects.toMatchObject({ code: 'invalid_name' });
  for (let at = 0; at < 4; at++) await keep(MB);
  const sender = new PassThrough();
  const running = uploads.receive('A.csv', sender, MB / 2);
  await uploads.check('A.csv', MB / 2);
  await expect(uploads.check('A.csv', MB / 2 + 1)).rejects.toMatchObject({ code: 'too_many_waiting' });
  sender.end('x');
  await running;
  expect(await names()).toHaveLength(5);
});

test('the number of uploads is limited: empty ones take space too', async () => {
  const folder = join(stateDir, 'uploads');
  await mkdir(folder);
  for (let at = 0; at < 999; at++) await mkdir(join(folder, `up_${String(at).padStart(10, 'a')}`));
  await keep(0);
  await expect(keep(0)).rejects.toMatchObject({ code: 'too_many_waiting' });
});

test('an upload is removed after a day, an unfinished one after an hour without new bytes', async () => {
  const now = Date.now();
  const folder = join(stateDir, 'uploads');
  const place = async (name: string, ageMs: number): Promise<void> => {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'content'), 'x');
    const time = new Date(now - ageMs);
    await utimes(join(folder, name, 'content'), time, time);
    await utimes(join(folder, name), time, time);
  };
  await place('up_0000000001', 23 * HOUR_MS);
  await place('up_0000000002', 25 * HOUR_MS);
  await place('up_0000000003.tmp', 2 * HOUR_MS);
  await place('up_0000000004.tmp', HOUR_MS / 2);
  await uploads.removeOld(now);
  expect((await names()).toSorted()).toEqual(['up_0000000001', 'up_0000000004.tmp']);
});
