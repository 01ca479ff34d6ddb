import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { prepareFolders, type FolderSetting } from './folders.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-folders-'));
});

afterEach(() => rm(directory, { recursive: true }));

function models(...path: string[]): FolderSetting {
  return { setting: 'MODELS_DIR', folder: join(directory, ...path), use: 'write' };
}

describe('the folders of a service', () => {
  test('are created with their parents if they are missing, and left empty', async () => {
    const folders = [models('a', 'b'), models('a', 'c'), models('a')];
    expect(await prepareFolders(folders)).toEqual(folders.slice(0, 2));
    expect(await readdir(directory, { recursive: true })).toEqual(['a', 'a/b', 'a/c']);
    expect(await prepareFolders(folders)).toEqual([]);
  });

  test('keep their contents', async () => {
    await mkdir(models('a').folder);
    await writeFile(join(directory, 'a', 'model'), '1');
    await prepareFolders([models('a'), { ...models('a'), use: 'read' }]);
    expect(await readdir(directory, { recursive: true })).toEqual(['a', 'a/model']);
  });

  test('a file instead of the folder or one of its parents is reported with the setting', async () => {
    await writeFile(join(directory, 'file'), '');
    for (const path of [['file'], ['file', 'models']]) {
      const wrong = models(...path);
      await expect(prepareFolders([wrong])).rejects.toMatchObject({
        code: 'invalid_setting',
        message: `The setting MODELS_DIR=${wrong.folder} is not valid: it is not a folder, or one of its parents is not (ENOTDIR). Set MODELS_DIR to a folder that this user can write to.`,
      });
    }
  });

  test.each(['read', 'write'] as const)('a folder that cannot be created is an error (%s)', async (use) => {
    const wrong: FolderSetting = { setting: 'DATA_DIR', folder: '/proc/x/y', use };
    await expect(prepareFolders([wrong])).rejects.toMatchObject({
      code: 'invalid_setting',
      message: expect.stringMatching(
        /^The setting DATA_DIR=\/proc\/x\/y is not valid: the folder cannot be created \(E[A-Z]+\)\./,
      ),
    });
  });

  test('an existing read-only folder is rejected for writing and accepted for reading', async () => {
    const fixed: FolderSetting = { setting: 'STATE_DIR', folder: '/proc', use: 'write' };
    expect(await prepareFolders([{ ...fixed, use: 'read' }])).toEqual([]);
    await expect(prepareFolders([fixed])).rejects.toThrow(/^The setting STATE_DIR=\/proc .* is not writable/);
  });
});
