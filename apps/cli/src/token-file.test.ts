import { execFileSync } from 'node:child_process';
import {
  chmod,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
  mkdir,
  chown,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { requires, rootUser } from '../../../tools/requirements.js';
import { TokenFile } from './token-file.js';

const ONE = 'http://localhost:8000';
const TWO = 'https://ktrdr.example';

let folder: string;
let path: string;
let file: TokenFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-token-'));
  path = join(folder, 'config/ktrdr/token');
  file = new TokenFile(path);
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (of: string) => ((await stat(of)).mode & 0o777).toString(8);

test('a token is found for the URL that it was saved for, and for no other', () => {
  expect(file.find(ONE)).toBeNull();
  file.save(ONE, 'first');
  file.save(TWO, 'second');
  file.save(ONE, 'third');
  expect([file.find(ONE), file.find(TWO)]).toEqual(['third', 'second']);
  for (const other of [
    'http://localhost:80',
    'http://localhost:8000/x',
    'http://127.0.0.1:8000',
    'http://ktrdr.example',
  ])
    expect(file.find(other)).toBeNull();
});

test('only the user may read the file and its folder, and nothing else is left', async () => {
  file.save(ONE, 'first');
  file.save(ONE, 'second');
  expect([await modeOf(path), await modeOf(join(folder, 'config/ktrdr'))]).toEqual(['600', '700']);
  expect(await readdir(join(folder, 'config/ktrdr'))).toEqual(['token']);
});

test('a removed token is gone, and the last one takes the file with it', async () => {
  file.save(ONE, 'first');
  file.save(TWO, 'second');
  expect([file.remove(ONE), file.remove(ONE)]).toEqual([true, false]);
  expect(await readFile(path, 'utf8')).toBe(`${TWO} second\n`);
  expect(file.remove(TWO)).toBe(true);
  expect(await readdir(join(folder, 'config/ktrdr'))).toEqual([]);
});

describe('a file that others may have read or written is not used', () => {
  beforeEach(() => file.save(ONE, 'secret'));

  test.each([0o644, 0o640, 0o604, 0o666, 0o700, 0o660])('mode %o', async (mode) => {
    await chmod(path, mode);
    for (const use of [() => file.find(ONE), () => file.save(ONE, 'new'), () => file.remove(ONE)])
      expect(use).toThrow(/token is not used: its mode is 0[0-7]{3}, .* chmod 600 /);
  });

  test('a link, also to a safe file', async () => {
    const linked = join(folder, 'linked');
    await symlink(path, linked);
    expect(() => new TokenFile(linked).find(ONE)).toThrow(/it is a link/);
  });

  test('a folder', async () => {
    await rm(path);
    await mkdir(path, { mode: 0o600 });
    expect(() => file.find(ONE)).toThrow(/it is not a file/);
  });

  test('a FIFO, without waiting for its writer', async () => {
    await rm(path);
    execFileSync('mkfifo', ['-m', '600', path]);
    expect(() => file.find(ONE)).toThrow(/it is not a file/);
  });

  test('a file of 100 kB', async () => {
    await writeFile(path, `${ONE} secret\n`.repeat(5_000));
    expect(() => file.find(ONE)).toThrow(/it is too large/);
  });

  // only root can give a file away
  requires(rootUser()).test('a file of another user', async () => {
    await chown(path, 12_345, 12_345);
    expect(() => file.find(ONE)).toThrow(/it belongs to another user/);
  });
});
