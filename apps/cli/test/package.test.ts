/** Tests the CLI as users install it: packed by npm, run from an empty folder, without a registry or the repository. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT, Sandbox, type TestProcess } from '@ktrdr/service-kit/testing';
import { CliSandbox } from './cli-sandbox.js';

interface Manifest {
  version: string;
  bin: Record<string, string>;
  [field: string]: unknown;
}

describe('the packed CLI', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ktrdr-package-'));
  const empty = join(folder, 'empty');
  // nothing listens on this port
  const offline = {
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_update_notifier: 'false',
  };
  let cli: CliSandbox;
  let tarball: string;
  let manifest: Manifest;

  const run = (command: string, args: string[], cwd: string): TestProcess =>
    cli.sandbox.spawn(command, args, { ...offline, KTRDR_API_URL: cli.url }, { cwd });
  const ktrdr = (...args: string[]): TestProcess =>
    run(process.execPath, [join(folder, 'package', manifest.bin['ktrdr']!), ...args], empty);

  beforeAll(async () => {
    mkdirSync(empty);
    cli = await CliSandbox.start();
    const pack = run('npm', ['pack', '--pack-destination', folder], join(ROOT, 'apps/cli'));
    const { code } = await pack.ended;
    if (code !== 0) throw new Error(`npm pack ended with ${code}:\n${pack.stdout}${pack.stderr}`);
    tarball = join(folder, pack.stdout.trim().split('\n').at(-1)!);
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
    manifest = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')) as Manifest;
  });
  afterAll(async () => {
    await cli.close();
    rmSync(folder, { recursive: true });
  });

  test('contains only the built program, its licences and its README', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n').toSorted();
    expect(files).toEqual([
      'package/README.md',
      'package/bin/ktrdr.mjs',
      'package/dist/LICENSE',
      'package/dist/THIRD-PARTY.txt',
      'package/dist/commands.json',
      'package/dist/main.js',
      'package/dist/program.cjs',
      'package/package.json',
    ]);
  });

  test('can be published: it has no dependencies, and states its licence and Node versions', () => {
    expect(manifest).toMatchObject({ name: 'ktrdr', license: 'MIT', engines: { node: '>=20.19' } });
    expect(manifest['description']).toEqual(expect.any(String));
    for (const field of ['private', 'dependencies', 'optionalDependencies', 'peerDependencies'])
      expect(manifest).not.toHaveProperty(field);
  });

  test('contains the licence text of every bundled package', () => {
    const notices = readFileSync(join(folder, 'package/dist/THIRD-PARTY.txt'), 'utf8');
    for (const name of [
      'axios',
      'cli-progress',
      'commander',
      'eventsource-parser',
      'picocolors',
      'string-width',
    ])
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC)\\)\\n\\n.`, 'm'));
    expect(notices).not.toContain('@ktrdr/');
  });

  test('npx runs it without a registry', async () => {
    const npx = run('npx', ['--yes', '--package', tarball, 'ktrdr', '--version'], empty);
    expect({ code: (await npx.ended).code, said: npx.stdout }).toEqual({
      code: 0,
      said: `${manifest.version}\n`,
    });
  });

  test("runs the README's commands verbatim", async () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, block = ''] = /```bash\n(\(cd apps\/cli [^`]*)```/.exec(readme)!;
    const script = block.replaceAll('/tmp', folder);
    const shell = run('sh', ['-ec', script], ROOT);
    expect({ code: (await shell.ended).code, said: shell.stdout }).toEqual({
      code: 0,
      said: expect.stringContaining('No operations.'),
    });
  });

  test('runs an operation', async () => {
    const dummy = ktrdr('dummy', 'start', '--iterations', '2', '--duration', '0.1');
    expect({ code: (await dummy.ended).code, error: dummy.stderr }).toEqual({ code: 0, error: '' });
    expect(dummy.stdout).toContain('completed in ');
  });

  test('trains the strategy file at an absolute path', async () => {
    const range = ['--start-date', '2024-01-01', '--end-date', '2024-03-01'];
    expect((await ktrdr('data', 'sample', 'AAPL', '1h', ...range).ended).code).toBe(0);
    const train = ktrdr('models', 'train', join(ROOT, 'strategies/test.yaml'), ...range);
    expect({ code: (await train.ended).code, error: train.stderr }).toEqual({ code: 0, error: '' });
    expect(train.stdout).toContain('test accuracy');
  });

  test('does not change the current folder', () => {
    expect(readdirSync(empty)).toEqual([]);
  });
});

test('packing the CLI before a build fails with one line that says what to run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ktrdr-unbuilt-'));
  const sandbox = await Sandbox.create();
  try {
    for (const file of ['package.json', 'bin/ktrdr.mjs'])
      cpSync(join(ROOT, 'apps/cli', file), join(folder, file));
    const pack = sandbox.spawn('npm', ['pack'], {}, { cwd: folder });
    expect((await pack.ended).code).not.toBe(0);
    expect(pack.output).toContain('ktrdr is not built yet. Run once: npm run quickstart');
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  }
});
