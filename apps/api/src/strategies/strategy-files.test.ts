import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { READ_ONLY_FOLDER, readOnlyFolder, requires } from '../../../../tools/requirements.js';
import { StrategyFiles } from './strategy-files.js';

let folder: string;
let files: StrategyFiles;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-strategies-'));
  files = new StrategyFiles(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const TEXT = 'name: mine # größer\r\n';
const revisionOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const stored = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');

test('a text that was saved is read back to the byte, with the hash of its bytes as revision', async () => {
  const revision = revisionOf(TEXT);
  expect(await files.save('mine', TEXT, null)).toEqual({ file: 'mine.yaml', revision, created: true });
  expect(await files.read('mine')).toEqual({ name: 'mine', file: 'mine.yaml', text: TEXT, revision });
  expect(await stored('mine.yaml')).toBe(TEXT);
  expect(await readdir(folder)).toEqual(['mine.yaml']);
});

test('a file keeps its ending .yml', async () => {
  await writeFile(join(folder, 'mine.yml'), TEXT);
  const saved = await files.save('mine', 'name: mine', revisionOf(TEXT));
  expect(saved).toEqual({ file: 'mine.yml', revision: revisionOf('name: mine'), created: false });
  expect(await readdir(folder)).toEqual(['mine.yml']);
});

describe('a change is refused, and the file stays,', () => {
  beforeEach(() => writeFile(join(folder, 'mine.yaml'), TEXT));
  afterEach(async () => expect(await stored('mine.yaml')).toBe(TEXT));

  test('if somebody has changed the file', async () => {
    const changed = { code: 'strategy_changed', details: { name: 'mine', revision: revisionOf(TEXT) } };
    await expect(files.save('mine', 'x', revisionOf('other'))).rejects.toMatchObject({
      ...changed,
      message: expect.stringContaining('has changed since you read it. Nothing was changed. Read the file'),
    });
    await expect(files.delete('mine', revisionOf('other'))).rejects.toMatchObject(changed);
  });

  test('if a new file would replace it', async () => {
    await expect(files.save('mine', 'x', null)).rejects.toMatchObject({
      code: 'strategy_changed',
      message: expect.stringMatching(/^There is already a strategy mine\..* Choose another name/),
    });
  });

  test('if its text is too long or cannot be stored', async () => {
    await expect(files.save('mine', 'x'.repeat(1_048_577), revisionOf(TEXT))).rejects.toMatchObject({
      code: 'strategy_invalid',
      message: expect.stringContaining('has 1048577 bytes'),
    });
    await expect(files.save('mine', 'name: \ud800', revisionOf(TEXT))).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});

test('a file that was deleted is not saved again by mistake', async () => {
  await expect(files.save('mine', TEXT, revisionOf('old'))).rejects.toMatchObject({
    code: 'strategy_changed',
    message: 'The strategy mine was deleted. Nothing was changed. Save it as a new file (revision null).',
  });
  await expect(files.delete('mine', revisionOf('old'))).rejects.toMatchObject({
    code: 'strategy_not_found',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('only one of several changes to the same revision is stored', async () => {
  const first = await files.save('mine', TEXT, null);
  const outcomes = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map((text) => files.save('mine', text, first.revision)),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
  expect(await stored('mine.yaml')).toBe('a');
});

test('only one of several processes that create the same file succeeds', async () => {
  const texts = ['a', 'b', 'c', 'd', 'e', 'f'];
  const outcomes = await Promise.allSettled(
    // each has turns of its own, as a process has
    texts.map((text) => new StrategyFiles(folder).save('mine', text, null)),
  );
  const created = outcomes.flatMap((outcome, at) => (outcome.status === 'fulfilled' ? [texts[at]] : []));
  expect(created).toEqual([await stored('mine.yaml')]);
});

test.each(['../mine', 'mine.yaml', '.hidden', 'a/b', '', 'a'.repeat(129), 'mine\0', 'schema'])(
  'a file called %j is not saved',
  async (name) => {
    await expect(files.save(name, TEXT, null)).rejects.toMatchObject({ code: 'invalid_name' });
    expect(await readdir(folder)).toEqual([]);
  },
);

test('a link is neither read, replaced nor deleted', async () => {
  const target = join(folder, 'target.txt');
  await writeFile(target, TEXT);
  await symlink(target, join(folder, 'mine.yaml'));
  const refused = { code: 'strategy_invalid', message: expect.stringContaining('is a symbolic link') };
  await expect(files.read('mine')).rejects.toMatchObject(refused);
  await expect(files.save('mine', 'x', revisionOf(TEXT))).rejects.toMatchObject(refused);
  await expect(files.delete('mine', revisionOf(TEXT))).rejects.toMatchObject(refused);
  expect(await stored('target.txt')).toBe(TEXT);
  expect((await readdir(folder)).toSorted()).toEqual(['mine.yaml', 'target.txt']);
});

// the kernel lets nobody create a file there, not even root
requires(readOnlyFolder()).test('a folder that is read-only says so', async () => {
  await expect(new StrategyFiles(READ_ONLY_FOLDER).save('mine', TEXT, null)).rejects.toMatchObject({
    code: 'folder_read_only',
    message: expect.stringMatching(
      /^Saving mine\.yaml failed \(E[A-Z]+\): the API cannot write to \/sys\/kernel\. Nothing was changed\. Give the API write permission/,
    ),
  });
});
