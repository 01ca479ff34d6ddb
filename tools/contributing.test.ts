/** The pages for contributors: links lead to files that contain what is named, and the recipes of CONTRIBUTING.md compile. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT, TreeCopy } from './tree-copy.js';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const CONTRIBUTING = read('CONTRIBUTING.md');
const ARCHITECTURE = read('ARCHITECTURE.md');

describe.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/your-operation.md'])('%s', (page) => {
  test('names only what its files contain', () => {
    const links = [...read(page).matchAll(/\[`([^`\]]+)`\]\(([^)#]+\.(?:ts|mjs))\)/g)];
    expect(links.length).toBeGreaterThan(5);
    const missing = links.flatMap(([, name, file]) => {
      const path = join(dirname(page), file!);
      const text = existsSync(join(ROOT, path)) ? read(path) : '';
      const words = name!.includes('/') || /\.(ts|mjs)$/.test(name!) ? [] : name!.split('.');
      return words.every((word) => new RegExp(`\\b${word}\\b`).test(text)) ? [] : [`${name} in ${file}`];
    });
    expect(missing).toEqual([]);
  });
});

/** Sources of the workspace, without what is built. */
function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', '.turbo'].includes(entry.name) ? [] : sources(path);
    return /\.(ts|mjs)$/.test(entry.name) ? [path] : [];
  });
}

test('ARCHITECTURE.md lists each invariant that the code refers to, each under a separate number', () => {
  const defined = [...ARCHITECTURE.matchAll(/^\| (I\d+) \|/gm)].map(([, number]) => number!);
  expect(defined).toEqual(defined.map((_, index) => `I${index + 1}`));
  const unknown = ['apps', 'packages'].flatMap(sources).flatMap((file) =>
    [...read(file).matchAll(/\(((?:I\d+(?:, | and )?)+)\)/g)]
      .flatMap(([, numbers]) => numbers!.match(/I\d+/g)!)
      .filter((number) => !defined.includes(number))
      .map((number) => `${number} in ${file}`),
  );
  expect(unknown).toEqual([]);
});

interface Hunk {
  before: string;
  after: string;
}
interface FileChange {
  file: string;
  hunks: Hunk[];
}

/** A block's changes: `+++ file`, then hunks that `@@` separates; their context stands exactly once in the file. */
function changesOf(block: string): FileChange[] {
  return block
    .split(/^\+\+\+ /m)
    .slice(1)
    .map((part) => {
      const [file, ...lines] = part.trimEnd().split('\n');
      const hunks = lines.join('\n').split(/^@@\n/m);
      const side = (hunk: string, without: string): string =>
        hunk
          .trimEnd()
          .split('\n')
          .filter((line) => !line.startsWith(without))
          .map((line) => `${line.slice(1)}\n`)
          .join('');
      return {
        file: file!.trim(),
        hunks: hunks.map((hunk) => ({ before: side(hunk, '+'), after: side(hunk, '-') })),
      };
    });
}

const YOUR_OPERATION = read('docs/your-operation.md');
const RECIPES = [
  ...CONTRIBUTING.slice(CONTRIBUTING.indexOf('## Recipes')).split(/^### /m),
  ...YOUR_OPERATION.split(/^## /m),
]
  .filter((section) => section.includes('```diff'))
  .map((recipe) => ({
    name: recipe.slice(0, recipe.indexOf('\n')),
    changes: [...recipe.matchAll(/```diff\n([\s\S]*?)```/g)].flatMap(([, block]) => changesOf(block!)),
  }));

/** Files that a change of this kind may touch. A recipe that needs more shows that the code has lost its shape. */
const MOST_FILES: Readonly<Record<string, number>> = {
  'An indicator': 3,
  'A training option': 4,
  'An operation type and its command': 9,
};

test.each(Object.entries(MOST_FILES))('%s takes at most %i files', (name, most) => {
  const { changes } = RECIPES.find((recipe) => recipe.name === name)!;
  expect(changes.length).toBeGreaterThan(0);
  expect(changes.length).toBeLessThanOrEqual(most);
});

describe('the recipes, applied to a copy of the tree', () => {
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

  test.each(RECIPES)('$name: every block fits', ({ name, changes }) => {
    expect(changes.length).toBeGreaterThan(0);
    for (const { file, hunks } of changes) {
      const path = tree.path(file);
      let text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      for (const { before, after } of hunks) {
        const found = before === '' ? text === '' : text.split(before).length === 2;
        const advice = `The recipe "${name}": these lines must stand exactly once in ${file}. Change the recipe to fit the file.`;
        if (!found) throw new Error(`${advice}\n${before}`);
        // a function: the text may contain `$`
        text = text.replace(before, () => after);
      }
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
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
