import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sha256 } from './checksum.js';
import { listArtifacts, openArtifact, writeArtifact } from './artifacts.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-artifacts-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function* bytes(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

test('travel whole, and a file that arrives again replaces the first', async () => {
  const path = 'model/model.onnx';
  expect(await writeArtifact(folder, path, bytes('longer than the next one'))).toHaveLength(64);
  expect(await writeArtifact(folder, path, bytes('one', ' two'))).toBe(sha256('one two'));
  await writeArtifact(folder, 'analytics/alerts.txt', bytes());
  const [empty, model] = await listArtifacts(folder);
  expect(empty).toEqual({ path: 'analytics/alerts.txt', size: 0, sha256: sha256('') });
  expect(model).toEqual({ path, size: 7, sha256: sha256('one two') });
  for (const { path: listed, sha256: hash } of [empty!, model!]) {
    const file = await openArtifact(folder, listed);
    const pieces: Uint8Array[] = [];
    for await (const piece of file!.stream()) pieces.push(piece as Uint8Array);
    expect(sha256(Buffer.concat(pieces))).toBe(hash);
  }
});

test.each(['../evil', 'model/../../evil', '/etc/evil', 'model/.hidden', ''])(
  '%p is refused',
  async (path) => {
    const written = writeArtifact(folder, path, bytes('x'));
    await expect(written).rejects.toMatchObject({ code: 'invalid_name' });
    expect(await listArtifacts(folder)).toEqual([]);
    expect(await openArtifact(folder, path)).toBeNull();
  },
);

test('a link is neither listed nor opened', async () => {
  await symlink('/etc/hostname', join(folder, 'metadata.json'));
  expect(await listArtifacts(folder)).toEqual([]);
  expect(await openArtifact(folder, 'metadata.json')).toBeNull();
});
