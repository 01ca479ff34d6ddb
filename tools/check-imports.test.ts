import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const PACKAGES = ['contracts', 'orchestrator', 'market-data', 'strategy', 'trainer', 'service-kit'];
const APPS = ['api', 'training-host', 'cli', 'web'];

let workspace: string;

function write(path: string, text: string): void {
  const file = join(workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

beforeEach(newWorkspace);
afterEach(() => rmSync(workspace, { recursive: true }));

function newWorkspace(): void {
  workspace = mkdtempSync(join(tmpdir(), 'ktrdr-imports-'));
  const exports = {
    '.': { default: './dist/index.js' },
    './testing': { default: './dist/testing/index.js' },
  };
  for (const name of PACKAGES) {
    write(
      `packages/${name}/package.json`,
      JSON.stringify({ name: `@ktrdr/${name}`, type: 'module', exports }),
    );
    write(`packages/${name}/src/index.ts`, `export const ${name.replaceAll('-', '_')} = 1;\n`);
    write(`packages/${name}/src/inner.ts`, `export const inner = 1;\n`);
  }
  for (const name of APPS) {
    write(`apps/${name}/package.json`, JSON.stringify({ name: `@ktrdr/${name}`, type: 'module' }));
    write(`apps/${name}/src/main.ts`, `export const main = 1;\n`);
  }
  write('bench/package.json', JSON.stringify({ name: '@ktrdr/bench', type: 'module' }));
  write('bench/src/main.ts', `export const main = 1;\n`);
  write('node_modules/@nestjs/common/package.json', '{"name":"@nestjs/common","main":"index.js"}');
  write('node_modules/@nestjs/common/index.js', 'exports.x = 1;\n');
}

function checkImports(): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'tools/check-imports.mjs'), workspace],
    { encoding: 'utf8', timeout: 50_000 },
  );
  return { status, output: stdout + stderr };
}

test('a workspace that follows the rules passes', () => {
  write('packages/trainer/src/index.ts', `import '@ktrdr/strategy';\nimport './run/train.js';\n`);
  write('packages/trainer/src/run/train.ts', `import './result.js';\nimport '../loop/loop.js';\n`);
  write('packages/trainer/src/run/result.ts', `export const result = 1;\n`);
  write('packages/trainer/src/loop/loop.ts', `export const loop = 1;\n`);
  write(
    'packages/trainer/src/loop/loop.test.ts',
    `import '../run/train.js';\nimport '../testing/data.js';\n`,
  );
  write('packages/trainer/src/testing/data.ts', `import '../run/result.js';\n`);
  write(
    'packages/service-kit/src/index.ts',
    `import '@nestjs/common';\nimport '@ktrdr/orchestrator/testing';\n`,
  );
  write('packages/orchestrator/src/testing/index.ts', `export const fake = 1;\n`);
  write('apps/api/src/main.ts', `import '@ktrdr/trainer';\nimport '@nestjs/common';\n`);
  const { status, output } = checkImports();
  expect(output).toContain('0 violations');
  expect(status).toBe(0);
});

test('an empty workspace fails, because no module was read', () => {
  rmSync(join(workspace, 'packages'), { recursive: true });
  rmSync(join(workspace, 'apps'), { recursive: true });
  rmSync(join(workspace, 'bench'), { recursive: true });
  mkdirSync(join(workspace, 'apps'));
  expect(checkImports().status).toBe(1);
});

/** One planted violation per row: description, folder, import, and the rule that must report it. */
const PLANTED: [string, string, string, string][] = [
  [
    '1: a package imports an app',
    'packages/trainer/src',
    '../../../apps/api/src/main.js',
    'no-app-from-package',
  ],
  ['1: an app imports an app', 'apps/cli/src', '../../api/src/main.js', 'no-app-from-app'],
  ['1: a benchmark imports an app', 'bench/src', '../../apps/api/src/main.js', 'bench-imports-packages-only'],
  ['1: an app imports a benchmark', 'apps/api/src', '../../../bench/src/main.js', 'no-bench-import'],
  [
    '2: contracts imports a package',
    'packages/contracts/src',
    '@ktrdr/market-data',
    'only-its-packages: packages/contracts',
  ],
  [
    '2: market-data imports strategy',
    'packages/market-data/src',
    '@ktrdr/strategy',
    'only-its-packages: packages/market-data',
  ],
  [
    '2: strategy imports trainer',
    'packages/strategy/src',
    '@ktrdr/trainer',
    'only-its-packages: packages/strategy',
  ],
  [
    '2: orchestrator imports service-kit',
    'packages/orchestrator/src',
    '@ktrdr/service-kit',
    'only-its-packages: packages/orchestrator',
  ],
  [
    '2: service-kit imports trainer',
    'packages/service-kit/src',
    '@ktrdr/trainer',
    'only-its-packages: packages/service-kit',
  ],
  [
    '3: trainer imports orchestrator',
    'packages/trainer/src',
    '@ktrdr/orchestrator',
    'only-its-packages: packages/trainer',
  ],
  [
    '3: orchestrator imports trainer',
    'packages/orchestrator/src',
    '@ktrdr/trainer',
    'only-its-packages: packages/orchestrator',
  ],
  ['4: Nest in a domain package', 'packages/orchestrator/src', '@nestjs/common', 'nest-only-in-services'],
  ['4: Nest in the CLI', 'apps/cli/src', '@nestjs/common', 'nest-only-in-services'],
  ['5: the CLI imports strategy', 'apps/cli/src', '@ktrdr/strategy', 'only-its-packages: apps/cli'],
  [
    '5: the web page imports orchestrator',
    'apps/web/src',
    '@ktrdr/orchestrator',
    'only-its-packages: apps/web',
  ],
  ['6: a deep import by name', 'apps/api/src', '@ktrdr/trainer/src/inner.js', 'no-deep-import'],
  ['6: a deep import by path', 'packages/trainer/src', '../../strategy/src/inner.js', 'no-deep-import'],
  ['an import of a missing file', 'apps/api/src', './missing.js', 'no-unresolved'],
];

/** Files of the trainer, what they import, and the rule that must report it. */
const AGAINST_THE_ROOMS: [file: string, specifier: string, rule: string][] = [
  ['loop/upwards.ts', '../run/train.js', 'only-lower-rooms: packages/trainer/loop'],
  ['loop/callbacks/upwards.ts', '../../run/train.js', 'only-lower-rooms: packages/trainer/loop'],
  ['loop/to-tests.ts', '../testing/data.js', 'only-lower-rooms: packages/trainer/loop'],
  ['run/to-entrance.ts', '../index.js', 'only-lower-rooms: packages/trainer/run'],
  ['run/to-no-room.ts', '../rooftop/view.js', 'only-lower-rooms: packages/trainer/run'],
  ['index.ts', './inner.js', 'every-file-in-a-room: packages/trainer'],
];

/** One check of one workspace, because each check loads a compiler. */
describe('in a workspace with violations', () => {
  let found: string[];
  let status: number | null;

  beforeAll(() => {
    newWorkspace();
    for (const [index, [, folder, specifier]] of PLANTED.entries()) {
      write(`${folder}/bad-${index}.ts`, `import '${specifier}';\n`);
    }
    // 8: a cycle between types only
    write(
      'packages/strategy/src/a.ts',
      `import type { B } from './b.js';\nexport interface A { b: B | null }\n`,
    );
    write(
      'packages/strategy/src/b.ts',
      `import type { A } from './a.js';\nexport interface B { a: A | null }\n`,
    );
    // a cycle between two packages
    write('packages/market-data/src/index.ts', `import '@ktrdr/contracts';\n`);
    write('packages/contracts/src/index.ts', `import type { market_data } from '@ktrdr/market-data';\n`);
    for (const file of ['run/train', 'testing/data', 'rooftop/view', 'loop/loop']) {
      write(`packages/trainer/src/${file}.ts`, `export const x = 1;\n`);
    }
    for (const [file, specifier] of AGAINST_THE_ROOMS)
      write(`packages/trainer/src/${file}`, `import '${specifier}';\n`);
    write('packages/trainer/src/run/downwards.ts', `import '../loop/loop.js';\nimport './train.js';\n`);

    const checked = checkImports();
    rmSync(workspace, { recursive: true });
    found = findings(checked.output);
    status = checked.status;
  });

  test('the check fails', () => {
    expect(status).toBe(1);
  });

  test('every planted violation is found', () => {
    const missed = PLANTED.filter(
      ([, folder, , rule], index) => !found.includes(`${folder}/bad-${index}.ts ${rule}`),
    );
    expect(missed).toEqual([]);
    expect(found).toContain('packages/strategy/src/a.ts no-cycle');
  });

  test("an import against the order of the trainer's rooms is found", () => {
    const expected = AGAINST_THE_ROOMS.map(([file, , rule]) => `packages/trainer/src/${file} ${rule}`);
    expect(found).toEqual(expect.arrayContaining(expected));
    const others = found.filter(
      (each) => /^packages\/trainer\/src\/(?!bad-)/.test(each) && !expected.includes(each),
    );
    // the same imports, as seen from the rule for files outside the rooms
    expect(others).toEqual(['packages/trainer/src/run/to-no-room.ts every-file-in-a-room: packages/trainer']);
  });

  test('a cycle between two packages is found', () => {
    expect(found).toContain('packages/contracts/src/index.ts no-cycle');
  });
});

/** @returns every reported violation as `file rule` */
function findings(output: string): string[] {
  return [...output.matchAll(/^(\S+) -> \S+\n {2}([\w-]+(?:: [\w-]+(?:\/[\w-]+)+)?)/gm)].map(
    ([, file, rule]) => `${file} ${rule}`,
  );
}

/** @returns the output of oxlint with this project's rules */
function lint(): string {
  for (const file of ['.oxlintrc.json', 'tools/oxlint-plugin.mjs']) {
    mkdirSync(dirname(join(workspace, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(workspace, file));
  }
  const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/oxlint'), ['--format=unix'], {
    cwd: workspace,
    encoding: 'utf8',
    timeout: 50_000,
    // oxlint looks for its type-aware linter here
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}` },
  });
  return stdout;
}

test('private members are written in one way', () => {
  write('packages/strategy/src/field.ts', `export class A { #b = 1; get b() { return this.#b; } }\n`);
  write('packages/strategy/src/method.ts', `export class A { #b() {} c() { this.#b(); } }\n`);
  write('packages/strategy/src/good.ts', `export class A { private b = 1; get c() { return this.b; } }\n`);
  const output = lint();
  expect(output).toContain('field.ts:1:18: Write `private b`, not `#b`.');
  expect(output).toContain('method.ts:1:18: Write `private b`, not `#b`.');
  expect(output).not.toContain('good.ts');
});

/** The linter checks rule 7. */
describe('7: settings, time and randomness are passed in', () => {
  const RESTRICTED: [string, string][] = [
    ['process.env', `export const x = process.env['HOME'];\n`],
    ['env of node:process', `import { env } from 'node:process';\nexport const x = env['HOME'];\n`],
    ['another name of process', `import p from 'node:process';\nexport const x = p.env['HOME'];\n`],
    ['globalThis.process', `export const x = globalThis.process.env['HOME'];\n`],
    ['Date.now', `export const x = Date.now();\n`],
    ['new Date()', `export const x = new Date();\n`],
    ['Date()', `export const x = Date();\n`],
    ['performance.now', `export const x = performance.now();\n`],
    [
      'performance of node:perf_hooks',
      `import { performance as p } from 'node:perf_hooks';\nexport const x = p.now();\n`,
    ],
    ['process.hrtime', `export const x = process.hrtime.bigint();\n`],
    ['process.uptime', `export const x = process.uptime();\n`],
    ['Math.random', `export const x = Math.random();\n`],
    ['crypto.randomUUID', `export const x = crypto.randomUUID();\n`],
    [
      'randomUUID of node:crypto',
      `import { randomUUID } from 'node:crypto';\nexport const x = randomUUID();\n`,
    ],
    ['all of node:crypto', `import * as c from 'node:crypto';\nexport const x = c.randomInt(2);\n`],
    ['another name of node:crypto', `import c from 'node:crypto';\nexport const x = c.randomInt(2);\n`],
  ];
  const ALLOWED = [
    `export const x = new Date(0);\n`,
    `import { createHash } from 'node:crypto';\nexport const x = createHash('sha256');\n`,
    `export const x = process.pid;\n`,
  ];

  test("each is rejected in a package; the environment is allowed in an app's config.ts", () => {
    for (const [index, text] of ALLOWED.entries()) write(`packages/strategy/src/good-${index}.ts`, text);
    for (const [index, [, text]] of RESTRICTED.entries()) {
      write(`packages/strategy/src/bad-${index}.ts`, text);
    }
    write('apps/api/src/config.ts', `export const x = process.env['HOME'];\n`);
    const output = lint();
    const missed = RESTRICTED.filter((_row, index) => !output.includes(`bad-${index}.ts:`));
    expect(missed).toEqual([]);
    expect(output).not.toContain('good-');
    expect(output).not.toContain('config.ts:');
  });
});
