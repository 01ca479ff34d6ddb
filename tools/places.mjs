#!/usr/bin/env node
/**
 * `npm run places -- [--all] [place...]`: runs the README's first two commands from an archive of the last commit, in several
 * environments ("places"). `npm test` runs only the suites that depend on the environment, or all suites with `--all`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { stopOnSignals } from './interruption.mjs';
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
/** Time for a command to clean up after SIGTERM, ms. */
const GRACE_MS = 20_000;
/** Variables passed on to every place: they configure access to the registry. `npm run` sets other `npm_config_*` variables, which are not. */
const OF_MACHINE =
  /^(npm_config_(registry|(https?[_-])?proxy|noproxy|ca|cafile|strict[_-]ssl)|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|https?_proxy|no_proxy)$/i;

const isRoot = process.getuid?.() === 0;
const systemPath = (process.env.PATH ?? '').split(delimiter);

const PLACES = {
  closed: {
    what: 'a folder that only its owner can enter, a strict umask and no sbin folders on the PATH',
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

/**
 * Runs a command in its own process group, which `stop` ends.
 * @returns its exit code, and stdout and stderr together
 */
async function runGroup(command, { stop, ...options }) {
  stop.throwIfAborted();
  const child = spawn('sh', ['-c', 'umask 077; exec "$@" 2>&1', 'sh', ...command], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const closed = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let killing;
  const end = () => {
    killGroup(child.pid, 'SIGTERM');
    killing = setTimeout(() => {
      killGroup(child.pid, 'SIGKILL');
      child.stdout.destroy();
    }, GRACE_MS);
  };
  stop.addEventListener('abort', end);
  try {
    const status = await closed;
    stop.throwIfAborted();
    return { status, output: Buffer.concat(chunks).toString().trim() };
  } finally {
    stop.removeEventListener('abort', end);
    clearTimeout(killing);
  }
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** @returns whether both commands passed there */
async function tryPlace(name, suites, stop) {
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
      stop,
      env: { ...Object.fromEntries(ofMachine), PATH: folders.join(delimiter), HOME: home, ...env },
      ...ids,
    };
    const { output: version } = await runGroup(['node', '--version'], options);
    for (const command of [
      ['npm', 'run', 'quickstart'],
      ['npm', 'test', ...(suites.length === 0 ? [] : ['--', ...suites])],
    ]) {
      const began = performance.now();
      const { status, output } = await runGroup(command, options);
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      const lines = output.split('\n');
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
    throw new CommandFailed(
      `There is no place ${unknown.join(', ')}. Usage: npm run places -- [--all] ${Object.keys(PLACES).join(' | ')}`,
    );
  const names = positionals.length === 0 ? Object.keys(PLACES) : positionals;
  const stop = stopOnSignals();
  const failed = [];
  for (const name of names) {
    if (!(await tryPlace(name, values.all ? [] : SUITES, stop))) failed.push(name);
  }
  console.log(`\n${names.length - failed.length} of ${names.length} places passed`);
  return failed.length === 0 ? 0 : 1;
});
