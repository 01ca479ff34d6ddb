import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withBarsLock } from './bars-lock.js';

let dataDir: string;
let lock: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lock-'));
  await mkdir(join(dataDir, '.writing'));
  lock = join(dataDir, '.writing', 'lock.4');
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

function note(pid: number, host: string, beats: number): string {
  return JSON.stringify({ pid, host, beats });
}

/** A clock without waiting. `onSleep` gets the number of the sleep. */
function clock(onSleep: (number: number) => Promise<void> | void) {
  let number = 0;
  return { sleep: async () => onSleep(++number) };
}

test('a lock of a process that has ended is free at once', async () => {
  const { pid } = spawnSync('true');
  await writeFile(lock, note(pid, hostname(), 7));
  const never = clock(() => {
    throw new Error('waited');
  });
  const number = await withBarsLock(dataDir, undefined, async (held) => held.number, never);
  expect(number).toBe(5);
  expect(await readdir(dataDir)).toEqual([]);
});

test('a lock of another machine is taken over when its holder has been silent for 30 s', async () => {
  await writeFile(lock, note(1, 'elsewhere', 0));
  let polls = 0;
  const names = await withBarsLock(
    dataDir,
    undefined,
    () => readdir(join(dataDir, '.writing')),
    clock((number) => void (polls = number)),
  );
  expect([polls, names]).toEqual([1_500, ['lock.5']]);
});

test('a lock whose holder shows signs of life is waited for', async () => {
  await writeFile(lock, note(1, 'elsewhere', 0));
  let released = false;
  const beating = clock(async (number) => {
    if (number % 1_000 === 0) await writeFile(lock, note(1, 'elsewhere', number));
    if (number < 3_500) return;
    released = true;
    await rm(lock, { force: true });
  });
  expect(await withBarsLock(dataDir, undefined, async () => released, beating)).toBe(true);
});

test('waiting ends with the signal', async () => {
  await writeFile(lock, note(1, 'elsewhere', 0));
  const abort = new AbortController();
  const reason = new Error('cancelled');
  const aborting = clock((number) => {
    if (number === 3) abort.abort(reason);
  });
  await expect(withBarsLock(dataDir, abort.signal, async () => {}, aborting)).rejects.toBe(reason);
});

test('a holder that comes after one that has ended keeps its lock', async () => {
  const { pid } = spawnSync('true');
  const older = join(dataDir, '.writing', 'lock.3');
  await writeFile(older, note(1, 'elsewhere', 0));
  await writeFile(lock, note(pid, hostname(), 7));
  let polls = 0;
  const names = await withBarsLock(
    dataDir,
    undefined,
    () => readdir(join(dataDir, '.writing')),
    clock(async (number) => {
      polls = number;
      if (number === 5) await rm(older);
    }),
  );
  expect([polls, names]).toEqual([5, ['lock.5']]);
});

test('a holder that was taken over cannot confirm', async () => {
  await rm(join(dataDir, '.writing'), { recursive: true });
  const work = withBarsLock(dataDir, undefined, async (held) => {
    await held.confirm();
    await writeFile(join(dataDir, '.writing', `lock.${held.number + 1}`), note(1, 'elsewhere', 0));
    await held.confirm();
  });
  await expect(work).rejects.toMatchObject({
    code: 'storage_failed',
    message: expect.stringContaining('Nothing was stored. Try again.'),
  });
});
