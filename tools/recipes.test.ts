/** The recipes of the pages for contributors, applied to a copy of the tree, compile and work. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applyRecipe, RECIPES } from './recipes.js';
import { TreeCopy } from './tree-copy.js';

describe('the recipes', () => {
  let tree: TreeCopy;
  beforeAll(() => {
    tree = new TreeCopy().withBuilds();
  }, 120_000);
  afterAll(() => tree.remove());

  const run = (program: string, args: string[], settings: Record<string, string> = {}) => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: tree.folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
        ...settings,
      },
    });
    return { status, output: stdout + stderr };
  };

  test.each(RECIPES)('$name: every block fits', (recipe) => {
    const known = (file: string): string =>
      existsSync(tree.path(file)) ? readFileSync(tree.path(file), 'utf8') : '';
    for (const { file, text } of applyRecipe(recipe, known)) {
      mkdirSync(dirname(tree.path(file)), { recursive: true });
      writeFileSync(tree.path(file), text);
    }
  });

  test('they compile', () => {
    const result = run(process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
    expect(result).toEqual({ status: 0, output: '' });
  }, 300_000);

  test('they work: an API and a command line with all of them train and run the new operation', async () => {
    // the rest of the builds: schemas and bundles
    for (const folder of [
      'packages/contracts',
      'packages/strategy',
      'packages/trainer',
      'apps/api',
      'apps/cli',
    ]) {
      const { scripts } = JSON.parse(readFileSync(tree.path(`${folder}/package.json`), 'utf8')) as {
        scripts: { build: string };
      };
      const bundle = scripts.build.replace('tsc -b && ', '');
      // a script of a package finds the package's programs
      const command = `cd ${folder} && PATH="$PWD/node_modules/.bin:$PATH" && ${bundle}`;
      expect(run('sh', ['-c', command])).toMatchObject({ status: 0 });
    }
    const strategy = readFileSync(tree.path('strategies/test.yaml'), 'utf8')
      .replace(/^ {2}labels: .*$/m, '  labels: { source: next_move, horizon: 2 }')
      .replace(/^ {2}type: mlp\n.*$/m, '  type: linear\n  architecture: {}');
    writeFileSync(tree.path('strategies/recipes.yaml'), strategy);
    const folders = {
      DATA_DIR: 'data',
      STATE_DIR: 'state',
      MODELS_DIR: 'models',
      STRATEGIES_DIR: 'strategies',
    };
    const env = Object.fromEntries(
      Object.entries(folders).map(([name, folder]) => [name, tree.path(folder)]),
    );
    const log = tree.path('api.log');
    const out = openSync(log, 'w');
    const api = spawn(process.execPath, ['tools/start.mjs', 'api'], {
      cwd: tree.folder,
      stdio: ['ignore', out, out],
      env: { ...process.env, ...env, NODE_OPTIONS: '', PORT: '0', MODELS_LIST_LIMIT: '10' },
    });
    try {
      while (!readFileSync(log, 'utf8').includes('listens on ')) {
        if (api.exitCode !== null) throw new Error(readFileSync(log, 'utf8'));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const url = /listens on (http:\S+?),/.exec(readFileSync(log, 'utf8'))![1]!;
      const ktrdr = (...args: string[]) =>
        run(process.execPath, ['apps/cli/bin/ktrdr.mjs', ...args], { KTRDR_API_URL: url, NODE_OPTIONS: '' });
      const range = ['--start-date', '2024-01-01', '--end-date', '2024-03-31'];
      expect(ktrdr('data', 'sample', 'AAPL', '1h', ...range)).toMatchObject({ status: 0 });
      const midpoint = ktrdr('indicators', 'compute', 'midpoint', '--symbol', 'AAPL', '--timeframe', '1h');
      expect(midpoint).toMatchObject({ status: 0 });
      const train = ktrdr(
        'models',
        'train',
        'strategies/recipes.yaml',
        'AAPL',
        '1h',
        '--gradient-clip',
        '0.5',
      );
      expect(train).toMatchObject({ status: 0 });
      expect(ktrdr('inventory', 'start')).toMatchObject({ status: 0 });
      const symbols = (await (await fetch(`${url}/data/symbols`)).json()) as { data: unknown };
      expect(symbols.data).toEqual({ symbols: ['AAPL'] });
    } finally {
      const ended = once(api, 'exit');
      if (api.exitCode === null) {
        api.kill('SIGTERM');
        await ended;
      }
      closeSync(out);
    }
  }, 300_000);

  test('the new indicator is found by the tests, which say what oracles it lacks', () => {
    const { status, output } = run(process.execPath, [
      'node_modules/jest/bin/jest.js',
      '--runInBand',
      '--verbose',
      'packages/strategy/src/indicators/indicators.test.ts',
      'packages/strategy/src/indicators/docs.test.ts',
    ]);
    expect(status).toBe(1);
    const failed = output.match(/^ +✕ .*$/gm)?.map((line) => line.trim().replace(/ \(\d+ m?s\)$/, ''));
    expect({ failed }).toEqual({ failed: ['✕ every indicator has its oracles'] });
    expect(output).toContain('midpoint: no case in talib.test.ts, and no formula in formulas.test.ts');
    expect(output).toContain(
      'midpoint: no values for a market that never moves (FLAT in indicators.test.ts)',
    );
  }, 300_000);
});
