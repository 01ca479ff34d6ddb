/** An error inside a bundled service: with the build's source maps, the logged stack names the sources. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT, Sandbox, until } from '@ktrdr/service-kit/testing';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.create();
});
afterAll(() => sandbox.close());

/** Loaded before the service. Makes listing a folder whose name ends in `-models` fail with an unexpected error. */
const FAULT = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs/promises';
  import { syncBuiltinESMExports } from 'node:module';
  const { readdir } = fs;
  fs.readdir = async (path, ...rest) => {
    if (String(path).endsWith('-models')) throw new TypeError('planted fault');
    return readdir(path, ...rest);
  };
  syncBuiltinESMExports();
`)}`;

test('a stack in the log names existing source files and lines', async () => {
  const api = await sandbox.startApi('stack', { NODE_OPTIONS: `--import ${FAULT}` });
  expect(await api.get('/models')).toMatchObject({ status: 500 });
  const stack = await until(
    'the fault in the log',
    async () => api.output.split('\n').find((line) => line.includes('planted fault')) ?? '',
    (line) => line !== '',
  );
  const frames = [
    ...stack.matchAll(/(?:\(|at )((?:file:\/\/)?\/[^()\\]+?\/src\/[\w./-]+\.ts):(\d+):\d+/g),
  ].map(([, file = '', line = '']) => ({
    file: file.startsWith('file://') ? fileURLToPath(file) : file,
    line: Number(line),
  }));
  const files = frames.map(({ file }) => file);
  // from the bundle, and from a package outside it
  expect(files).toContain(join(ROOT, 'apps/api/src/models/models.service.ts'));
  expect(files).toContain(join(ROOT, 'packages/trainer/src/models/model-storage.ts'));
  for (const { file, line } of frames) {
    expect(readFileSync(file, 'utf8').split('\n').length).toBeGreaterThanOrEqual(line);
  }
  const { line } = frames.find(({ file }) => file.endsWith('models.service.ts'))!;
  const source = readFileSync(join(ROOT, 'apps/api/src/models/models.service.ts'), 'utf8');
  expect(source.split('\n')[line - 1]).toContain('this.storage.list()');
});

test.each(['api', 'training-host'])(
  'the source map of apps/%s names its sources but does not contain them',
  (app) => {
    const dist = join(ROOT, 'apps', app, 'dist');
    const map = JSON.parse(readFileSync(join(dist, 'service.cjs.map'), 'utf8')) as {
      sources: string[];
      sourcesContent?: unknown[];
    };
    expect(map.sourcesContent).toBeUndefined();
    expect(map.sources).toContain('../src/main.ts');
    const own = map.sources.filter((source) => source.endsWith('.ts') && !source.includes('node_modules'));
    expect(own.filter((source) => !existsSync(join(dist, source)))).toEqual([]);
  },
);
