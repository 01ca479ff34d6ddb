import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { codeFingerprint, engineFingerprint, hashOf } from './code-fingerprint.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-code-'));
  await mkdir(join(folder, 'inner'));
  await writeFile(join(folder, 'a.js'), 'one');
  await writeFile(join(folder, 'inner', 'b.js'), 'two');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const hash = (): Promise<string> => hashOf([folder]);

test('changes with every change of the code', async () => {
  const seen = [await hash()];
  await writeFile(join(folder, 'inner', 'b.js'), 'tWo');
  seen.push(await hash());
  await writeFile(join(folder, 'c.js'), '');
  seen.push(await hash());
  await rename(join(folder, 'c.js'), join(folder, 'inner', 'c.js'));
  seen.push(await hash());
  await writeFile(join(folder, 'kernels.wasm'), 'kernels');
  seen.push(await hash());
  expect(new Set(seen).size).toBe(seen.length);
});

test('does not depend on the folder, or on files other than code', async () => {
  const before = await hash();
  await writeFile(join(folder, 'a.d.ts'), 'types');
  await writeFile(join(folder, 'a.test.ts'), 'a test');
  await writeFile(join(folder, 'a.js.map'), 'map');
  const moved = `${folder}-moved`;
  await rename(folder, moved);
  folder = moved;
  expect(await hash()).toBe(before);
});

test('is stable for the running code and differs between engines', async () => {
  const [first, again, other] = [
    await engineFingerprint('onnx'),
    await engineFingerprint('onnx'),
    await engineFingerprint('tensorflow-js'),
  ];
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test('covers all sources of the trainer and of the packages it trains with', async () => {
  const sources = resolve(import.meta.dirname, '..');
  const built = ['contracts', 'market-data', 'statistics', 'strategy'].map((name) =>
    resolve(sources, `../../${name}/dist`),
  );
  expect(await codeFingerprint()).toBe(await hashOf([sources, ...built]));
});
