#!/usr/bin/env node
/**
 * `npm run places -- [--all] [place...]`: runs the README's first two commands from an archive of the last commit, in several
 * environments ("places"). `npm test` runs only the suites that depend on the environment, or all suites with `--all`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandFailed, ROOT, main } from './workspace.mjs';

const SUITES = [
  'packages/operation-store',
  'packages/job-queue',
  'packages/contracts',
  'chaos',
  'tools/quickstart',
  'tools/requirements',
  'apps/cli',
];
const LAST_LINES = 80;
/** Variables that configure registry access stay those of this machine. */
const OF_MACHINE = /^(npm_config_\w+|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|https?_proxy|no_proxy)$/i;

const isRoot = process.getuid?.() === 0;
const systemPath = (process.env.PATH ?? '').split(delimiter);

const PLACES = {
  closed: {
    what: "a folder that only its owner may enter, a strict umask and no administrator's programs",
    folder: 'closed/ktrdr',
    path: systemPath.filter((folder) => !/\/sbin\/?$/.test(folder)),
  },
  ordinary: {
    what: "an ordinary user's folder with spaces in its name, in another time zone and language",
    folder: 'my projects/ktrdr copy',
    user: 'nobody',
    env: { TZ: 'Asia/Kolkata', LANG: 'de_DE.UTF-8' },
  },
  'node-20': { what: 'Node 20.19.0, the minimum', folder: 'ktrdr', node: '20.19.0' },
  'node-22': { what: 'Node 22', folder: 'ktrdr', node: '22' },
  'node-24': { what: 'Node 24', folder: 'ktrdr', node: '24' },
};

/** Installs a Node version from its npm package. @returns the folder of its programs */
function installNode(version, base) {
  const name = `node-${process.platform}-${process.arch}`;
  execFileSync('npm', ['install', '--silent', '--prefix', base, `${name}@${version}`], { stdio: 'inherit' });
  return join(base, 'node_modules', name, 'bin');
}

function idsOf(user) {
  const [uid, gid] = ['-u', '-g'].map((of) => Number(execFileSync('id', [of, user], { encoding: 'utf8' })));
  return { uid, gid };
}

/** @returns whether both commands passed there */
function tryPlace(name, suites) {
  const { what, folder, user, env = {}, path = systemPath, node } = PLACES[name];
  console.log(`\n${name}: ${what}`);
  const base = mkdtempSync(join(tmpdir(), 'ktrdr-place-'));
  try {
    const [directory, home] = [join(base, folder), join(base, 'home')];
    for (const each of [directory, home]) mkdirSync(each, { recursive: true });
    const archive = execFileSync('git', ['archive', 'HEAD'], { cwd: ROOT, maxBuffer: 1 << 30 });
    execFileSync('tar', ['-x', '-C', directory], { input: archive });
    const npmrc = join(homedir(), '.npmrc');
    if (existsSync(npmrc)) cpSync(npmrc, join(home, '.npmrc'));
    // other users cannot enter the folder of mkdtemp
    const ids = isRoot && user !== undefined ? idsOf(user) : {};
    if (ids.uid !== undefined) {
      chmodSync(base, 0o755);
      execFileSync('chown', ['-R', `${ids.uid}:${ids.gid}`, directory, dirname(directory), home]);
    }
    const folders = node === undefined ? path : [installNode(node, join(base, 'node')), ...path];
    const ofMachine = Object.entries(process.env).filter(([key]) => OF_MACHINE.test(key));
    const options = {
      cwd: directory,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      env: { ...Object.fromEntries(ofMachine), PATH: folders.join(delimiter), HOME: home, ...env },
      ...ids,
    };
    const version = spawnSync('node', ['--version'], options).stdout.trim();
    for (const command of [
      ['npm', 'run', 'quickstart'],
      ['npm', 'test', ...(suites.length === 0 ? [] : ['--', ...suites])],
    ]) {
      const began = performance.now();
      const { status, stdout, stderr } = spawnSync(
        'sh',
        ['-c', 'umask 077; "$@" 2>&1', 'sh', ...command],
        options,
      );
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      const lines = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n');
      if (status !== 0) console.log(lines.slice(-LAST_LINES).join('\n'));
      const verdict = status === 0 ? 'ok    ' : 'FAILED';
      console.log(`${verdict} ${command.slice(0, 3).join(' ')} (${version}, ${seconds} s): ${lines.at(-1)}`);
      if (status !== 0) return false;
    }
    return true;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !(name in PLACES));
  if (unknown.length > 0)
    throw new CommandFailed(`Which place? npm run places -- ${Object.keys(PLACES).join(' | ')}`);
  const names = positionals.length === 0 ? Object.keys(PLACES) : positionals;
  const failed = names.filter((name) => !tryPlace(name, values.all ? [] : SUITES));
  console.log(`\n${names.length - failed.length} of ${names.length} places passed`);
  return failed.length === 0 ? 0 : 1;
});
