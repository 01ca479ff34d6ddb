import { execFileSync } from 'node:child_process';
import { appendFile, link, mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { fileNameProblem } from './file-name.js';
import { openOutsideFile, withOutsideFile } from './outside-file.js';
import { RefusedFileError } from './refused-file-error.js';
import {
  type HostileEntry,
  type HostileFolder,
  hostileFolders,
  hostileNames,
  makePipe,
  plantFolder,
} from './testing/hostile-tree.js';

const MIB = 1 << 20;
const SECRET = 'the secret outside';

let base: string;
let root: string;
let pipe: string | null;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'outside-file-'));
  root = join(base, 'root');
  await mkdir(root);
  await writeFile(join(base, 'secret'), SECRET);
  const path = join(base, 'pipe');
  pipe = makePipe(path) ? path : null;
});
afterAll(() => rm(base, { recursive: true }));

const read = (path: string, maxBytes = MIB, folder = root): Promise<string> =>
  withOutsideFile(folder, path, { maxBytes }, async (file) => (await file.content()).toString());

const refused = (refusal: string): object => ({ name: 'RefusedFileError', refusal });

test('a regular file is read, also through a link that the operator has made of the folder', async () => {
  await mkdir(join(root, 'good', 'model'), { recursive: true });
  await writeFile(join(root, 'good', 'model', 'metadata.json'), 'content');
  await symlink(root, join(base, 'link-to-root'));
  expect(await read('good/model/metadata.json')).toBe('content');
  expect(await read('good/model/metadata.json', 7, join(base, 'link-to-root'))).toBe('content');
  // backups and package stores make hard links of files that their owner may read
  await link(join(root, 'good', 'model', 'metadata.json'), join(root, 'good', 'hard'));
  expect(await read('good/hard')).toBe('content');
});

test('links are refused: of the file and of each folder on the way', async () => {
  await mkdir(join(root, 'links', 'real'), { recursive: true });
  await writeFile(join(root, 'links', 'real', 'file'), 'inside');
  await symlink(join(base, 'secret'), join(root, 'links', 'secret'));
  await symlink(join(root, 'links', 'real'), join(root, 'links', 'linked'));
  await symlink('nowhere', join(root, 'links', 'dangling'));
  await expect(read('links/secret')).rejects.toMatchObject({
    ...refused('link'),
    message: expect.stringContaining('is a symbolic link: copy the file itself there'),
  });
  await expect(read('links/linked/file')).rejects.toMatchObject({
    ...refused('link'),
    reason: expect.stringContaining('leads through linked'),
  });
  await expect(read('links/dangling')).rejects.toMatchObject(refused('link'));
});

test('pipes, sockets, devices and folders are refused at once', async () => {
  await mkdir(join(root, 'kinds', 'folder'), { recursive: true });
  await expect(read('kinds/folder')).rejects.toMatchObject(refused('not_a_file'));
  if (pipe !== null) {
    await link(pipe, join(root, 'kinds', 'pipe'));
    await expect(read('kinds/pipe')).rejects.toMatchObject({ reason: 'is a pipe, not a file' });
  }
  const server = createServer().listen(join(root, 'kinds', 'socket'));
  await new Promise((done) => server.once('listening', done));
  await expect(read('kinds/socket')).rejects.toMatchObject({ reason: 'is a socket, not a file' });
  await new Promise((done) => server.close(done));
  // the same kind of file as a device node in a folder of data, which only root can make
  await expect(read('zero', MIB, '/dev')).rejects.toMatchObject({ reason: 'is a device, not a file' });
});

test('a file above the limit is refused before it is read; a missing one is missing', async () => {
  await writeFile(join(root, 'large'), 'x'.repeat(11));
  await expect(read('large', 10)).rejects.toMatchObject({
    ...refused('too_large'),
    reason: 'has 11 bytes, and at most 10 are read',
  });
  await expect(read('none')).rejects.toMatchObject(refused('missing'));
  await expect(read('large/below')).rejects.toMatchObject({
    ...refused('unreadable'),
    reason: 'cannot be read (ENOTDIR)',
  });
  // a sparse file of a terabyte costs nothing
  await writeFile(join(root, 'sparse'), '');
  await truncate(join(root, 'sparse'), 2 ** 40);
  await expect(read('sparse')).rejects.toMatchObject(refused('too_large'));
});

test('a file has the size of its opening: growth is not read, and shrinking is an error', async () => {
  const path = join(root, 'changing');
  await writeFile(path, 'x'.repeat(3 * MIB));
  const growing = await openOutsideFile(root, 'changing', { maxBytes: 4 * MIB });
  await appendFile(path, 'y'.repeat(MIB));
  const pieces: string[] = [];
  for await (const piece of growing.pieces()) pieces.push(Buffer.from(piece).toString());
  expect(pieces.join('')).toBe('x'.repeat(3 * MIB));
  await truncate(path, MIB);
  await expect(growing.content()).rejects.toMatchObject(refused('changed'));
  await growing.close();
});

test('the file that was checked is read, even if another file takes its name', async () => {
  await writeFile(join(root, 'swapped'), 'first');
  const file = await openOutsideFile(root, 'swapped', { maxBytes: MIB });
  await symlink(join(base, 'secret'), join(root, 'swap'));
  await rename(join(root, 'swap'), join(root, 'swapped'));
  expect((await file.content()).toString()).toBe('first');
  await file.close();
});

test('an abort ends reading', async () => {
  await writeFile(join(root, 'long'), 'x'.repeat(3 * MIB));
  const abort = new AbortController();
  const file = await openOutsideFile(root, 'long', { maxBytes: 4 * MIB, signal: abort.signal });
  const reason = new Error('cancelled by force');
  await expect(file.content(() => abort.abort(reason))).rejects.toBe(reason);
  await file.close();
  await expect(openOutsideFile(root, 'long', { maxBytes: 4 * MIB, signal: abort.signal })).rejects.toBe(
    reason,
  );
});

/** Content of the file at a path, if each part of it is in the tree without a link. */
function expected(entries: HostileFolder, path: string): string | null {
  let entry: HostileEntry | undefined = { kind: 'folder', entries };
  for (const part of path.split('/')) {
    if (entry?.kind !== 'folder' || !Object.hasOwn(entry.entries, part)) return null;
    entry = entry.entries[part];
  }
  return entry?.kind === 'file' ? entry.content : null;
}

function pathsOf(entries: HostileFolder, before = ''): string[] {
  return Object.entries(entries).flatMap(([name, entry]) => [
    before + name,
    ...(entry.kind === 'folder' ? pathsOf(entry.entries, `${before}${name}/`) : []),
  ]);
}

test('CVE-2026-2033, CVE-2024-3848: no name and no tree of links, pipes and folders opens a file outside', async () => {
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      hostileFolders([join(base, 'secret'), base, '../../secret']),
      fc.array(hostileNames, { maxLength: 20 }),
      async (tree, names) => {
        const folder = join(base, `tree-${(number += 1)}`);
        await plantFolder(folder, tree, pipe);
        const paths = pathsOf(tree);
        for (const path of [...names, ...paths, ...paths.map((inside) => `${inside}/a`)]) {
          const content = await read(path, MIB, folder).catch((error: unknown) => {
            if (error instanceof RefusedFileError) return null;
            throw error;
          });
          expect([path, content]).toEqual([path, expected(tree, path)]);
        }
        await rm(folder, { recursive: true });
      },
    ),
    { numRuns: propertyRuns() },
  );
});

test('a file name is one visible name on every operating system', () => {
  for (const name of [
    'model.onnx',
    'AAPL_1h.csv',
    'BRK.B_1d.csv',
    'Überblick ½.yaml',
    'checkpoint-00000001.ktrdr',
  ])
    expect([name, fileNameProblem(name)]).toEqual([name, null]);
  for (const name of [
    '',
    '.',
    '..',
    'a/b',
    'a\\b',
    'a\0',
    'C:a',
    'NUL',
    'com1.csv',
    'a.',
    '\u202ea',
    'e\u0301',
    'x'.repeat(256),
  ])
    expect([name, fileNameProblem(name)]).toEqual([name, expect.any(String)]);
});

test('a pipe that nobody writes to does not hold the process', () => {
  if (pipe === null) return;
  const program = `
    import { openOutsideFile } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    const tries = Array.from({ length: 8 }, () => openOutsideFile(${JSON.stringify(base)}, 'pipe', { maxBytes: 10 }).catch((error) => error.refusal));
    console.log(new Set(await Promise.all(tries)));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 });
  expect(output.toString()).toContain('not_a_file');
});
