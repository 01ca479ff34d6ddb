/** Checks the workflows against the scripts, files, Node versions and pnpm version that they use. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
  'working-directory'?: string;
}
interface Job {
  needs?: string;
  permissions?: Record<string, string>;
  strategy?: { matrix: { node: string[] } };
  steps: Step[];
}
interface Workflow {
  on: { push?: { branches?: string[]; tags?: string[] } };
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}
interface Manifest {
  scripts: Record<string, string>;
  engines: { node: string };
  packageManager: string;
}

const manifestOf = (folder: string) => JSON.parse(read(join(folder, 'package.json'))) as Manifest;
const { engines, packageManager } = manifestOf('.');
const MINIMUM = engines.node.replace('>=', '');

const names = readdirSync(join(ROOT, '.github/workflows'));
const workflows = Object.fromEntries(
  names.map((name) => [name, parse(read(`.github/workflows/${name}`)) as Workflow]),
);
const commandsOf = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []);

describe.each(names)('.github/workflows/%s', (name) => {
  const workflow = workflows[name]!;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test('has read-only access to the repository by default', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  test('pins every action to the same commit in all workflows', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    const all = Object.values(workflows).flatMap((other) =>
      Object.values(other.jobs).flatMap((job) => job.steps.flatMap(({ uses }) => uses ?? [])),
    );
    const pinned = new Set(used.map((action) => action.split('@')[0]));
    expect(new Set(all.filter((action) => pinned.has(action.split('@')[0]))).size).toBe(pinned.size);
  });

  test('uses existing scripts and files, and the pnpm version of package.json', () => {
    for (const { run = '', 'working-directory': folder = '.' } of steps) {
      const { scripts } = manifestOf(folder);
      const called = [...run.matchAll(/\bnpm (?:run ([\w-]+)|(test|start)\b)/g)].map(
        ([, own, known]) => own ?? known!,
      );
      expect(called.filter((script) => scripts[script] === undefined)).toEqual([]);
      const files = [...run.matchAll(/(?:^bash | -f | train )(\S+)/g)].map(([, file]) => file!);
      expect(files.filter((file) => !existsSync(join(ROOT, folder, file)))).toEqual([]);
      for (const [pnpm] of run.matchAll(/pnpm@[\d.]+/g)) expect(pnpm).toBe(packageManager);
    }
  });

  test('runs on Node 24 first; other versions are additional and not below the minimum', () => {
    for (const job of jobs) {
      const setup = job.steps.find(({ uses }) => uses?.startsWith('actions/setup-node@'));
      const version = String(setup?.with?.['node-version']);
      const [first, ...others] = job.strategy?.matrix.node ?? [version];
      expect({ name, first }).toEqual({ name, first: '24' });
      expect(others.filter((other) => Number.parseFloat(other) < Number(MINIMUM))).toEqual([]);
      if (job.strategy !== undefined) expect(version).toBe('${{ matrix.node }}');
    }
  });
});

test('.ci/run ends with npm test', () => {
  expect(read('.ci/run').trimEnd().endsWith('npm test')).toBe(true);
});

describe('ci.yml', () => {
  const { test: tests, images } = workflows['ci.yml']!.jobs as { test: Job; images: Job };

  test('runs all tests on Node 24, 22 and the minimum of package.json', () => {
    expect(tests.strategy!.matrix.node).toEqual(['24', '22', MINIMUM]);
    expect(commandsOf(tests)).toContain('bash .ci/run');
  });

  const commands = commandsOf(images);

  test('builds the images', () => {
    expect(commands).toContain('docker compose build');
    expect(commands).toContain('docker build -f apps/training-host/Dockerfile .');
  });

  test('creates bars and trains through the started container', () => {
    const order = ['docker compose up', 'npm run build', 'npx ktrdr data sample', 'npx ktrdr models train'];
    const places = order.map((start) => commands.findIndex((command) => command.startsWith(start)));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(commands).toContain(`npx --yes ${packageManager} install --frozen-lockfile`);
  });
});

describe('release.yml', () => {
  const { on, jobs } = workflows['release.yml']!;
  const { test: tests, publish } = jobs as { test: Job; publish: Job };

  test('publishes on a version tag, after all tests have passed', () => {
    expect(on).toEqual({ push: { tags: ['v*'] } });
    expect(commandsOf(tests)).toContain('bash .ci/run');
    expect(publish.needs).toBe('test');
  });

  test('publishes the built CLI with provenance and without a secret', () => {
    const commands = commandsOf(publish);
    expect(commands.at(-1)).toMatch(/^npm publish --provenance /);
    expect(commands.indexOf('npm run build')).toBeGreaterThan(-1);
    expect(publish.steps.at(-1)).toMatchObject({ 'working-directory': 'apps/cli' });
    expect(publish.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(read('.github/workflows/release.yml')).not.toContain('secrets.');
  });

  test('publishes a CycloneDX bill of materials with the package', () => {
    const sbom = commandsOf(publish).find((command) => command.includes(' sbom '))!;
    expect(sbom).toContain('--sbom-format cyclonedx');
    expect(sbom).toContain(packageManager);
    const [, file = ''] = /--out (\S+)/.exec(sbom) ?? [];
    const { files } = JSON.parse(read('apps/cli/package.json')) as { files: string[] };
    expect(files).toContain(file.replace('apps/cli/', ''));
  });

  test('rejects a tag that differs from the package version', () => {
    const { version } = JSON.parse(read('apps/cli/package.json')) as { version: string };
    const compare = commandsOf(publish).find((command) => command.includes('GITHUB_REF_NAME'))!;
    const exits = (tag: string) =>
      spawnSync('sh', ['-c', compare], { cwd: ROOT, env: { ...process.env, GITHUB_REF_NAME: tag } }).status;
    expect([exits(`v${version}`), exits(`v${version}0`), exits(version)]).toEqual([0, 1, 1]);
  });
});
