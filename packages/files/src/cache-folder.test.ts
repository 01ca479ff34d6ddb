import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CacheFolder } from './cache-folder.js';

const HOUR_MS = 3_600_000;

let path = '';
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'cache-folder-'));
});
afterEach(() => rm(path, { recursive: true }));

function cache(mostBytes: number, laterMs = 0): CacheFolder {
  return new CacheFolder({ path, names: /^[a-z]$/, mostBytes, clock: { now: () => Date.now() + laterMs } });
}

test('a full cache removes the least recently used files', async () => {
  for (const [age, name] of ['a', 'b', 'c'].entries()) {
    await writeFile(join(path, name), Buffer.alloc(100));
    await utimes(join(path, name), 1_000 - age, 1_000 - age);
  }
  await mkdir(join(path, '.writing-abandoned'));
  await mkdir(join(path, 'fetched'));
  await cache(200, 2 * HOUR_MS).prune();
  expect((await readdir(path)).toSorted()).toEqual(['a', 'b', 'fetched']);
  await mkdir(join(path, '.writing-now'));
  expect(await cache(200).read('b', 100, (file) => file.content())).toHaveLength(100);
  await cache(199).prune();
  expect((await readdir(path)).toSorted()).toEqual(['.writing-now', 'b', 'fetched']);
});

test('a file counts as checked until it changes, or the system starts again', async () => {
  const isKnown = existsSync('/proc/sys/kernel/random/boot_id');
  const read = (): Promise<string | null> =>
    cache(100).read('a', 100, async (file, isChecked) =>
      isChecked || (await file.content()).toString() === 'content' ? `checked: ${isChecked}` : null,
    );
  await cache(100).write('a', 7, (file) => file.appendFile('content'));
  expect(await read()).toBe(`checked: ${isKnown}`);
  const times = await stat(join(path, 'a'));
  await writeFile(join(path, 'a'), 'content');
  expect(await read()).toBe('checked: false');
  expect(await read()).toBe(`checked: ${isKnown}`);
  // as after another start of the system
  await utimes(join(path, 'a'), times.atimeMs / 1000, times.mtimeMs / 1000 - 1);
  expect(await read()).toBe('checked: false');
  await writeFile(join(path, 'a'), 'Content');
  expect(await read()).toBeNull();
  expect(await read()).toBeNull();
});

test('a file that changes while it is read does not count as checked', async () => {
  await writeFile(join(path, 'a'), 'content');
  const isChecked = (change: () => Promise<void>): Promise<string | null> =>
    cache(100).read('a', 100, async (_, checked) => {
      await change();
      return String(checked);
    });
  await isChecked(() => writeFile(join(path, 'a'), 'Content'));
  expect(await isChecked(() => Promise.resolve())).toBe('false');
});

test('a file is written whole or not at all; a file that does not fit the disk is not written', async () => {
  const content = (file: { appendFile(text: string): Promise<void> }): Promise<void> =>
    file.appendFile('content');
  await cache(100).write('a', 7, content);
  const failing = cache(100).write('b', 7, async (file) => {
    await content(file);
    throw new Error('stopped');
  });
  await expect(failing).rejects.toThrow('stopped');
  await cache(100).write('c', 2 ** 60, content);
  const full = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
  await cache(100).write('d', 7, () => Promise.reject(full));
  expect(await readdir(path)).toEqual(['a']);
});

test('a cache that has become smaller shrinks, also when nothing fits it any more', async () => {
  await cache(100).write('a', 7, (file) => file.appendFile('content'));
  await cache(5).write('b', 7, (file) => file.appendFile('content'));
  expect(await readdir(path)).toEqual([]);
});

test('an error that is not one of the file system fails the caller, also if it has a code', async () => {
  const mistake = Object.assign(new TypeError('mistake'), { code: 'ERR_INVALID_ARG_TYPE' });
  await expect(cache(100).write('a', 7, () => Promise.reject(mistake))).rejects.toBe(mistake);
  await cache(100).write('a', 7, (file) => file.appendFile('content'));
  await expect(cache(100).read('a', 100, () => Promise.reject(mistake))).rejects.toBe(mistake);
});
