import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { codeVersion, fingerprintCode } from './code-version.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-code-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('any change of a script changes the version, a change of anything else does not', async () => {
  const [script, nested] = [join(folder, 'a.js'), join(folder, 'engines', 'b.js')];
  await mkdir(join(folder, 'engines'));
  await writeFile(script, 'one');
  await writeFile(nested, 'two');
  const version = () => fingerprintCode([folder]);
  const before = await version();
  await writeFile(join(folder, 'a.js.map'), '{}');
  expect(await version()).toBe(before);
  await writeFile(nested, 'three');
  const changed = await version();
  await writeFile(nested, 'two');
  await rename(script, join(folder, 'c.js'));
  expect(new Set([before, changed, await version()]).size).toBe(3);
  await rename(join(folder, 'c.js'), script);
  expect(await version()).toBe(before);
});

test('the code that trains has one', async () => {
  expect(await codeVersion()).toMatch(/^[0-9a-f]{64}$/);
  expect(await codeVersion()).not.toBe(await fingerprintCode([]));
});
