/** `npm run dev` and `npm run watch` in a copy of the tree: real starts, a change, a restart, Ctrl+C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { procFilesystem, requires } from './requirements.js';
import { TreeCopy } from './tree-copy.js';

const { test } = requires(procFilesystem());
/** Builds and starts take seconds on an idle machine; it may do other work. */
const TIMEOUT_MS = 600_000;
/** Leaves time for the test to show the output. */
const UNTIL_MS = TIMEOUT_MS - 30_000;
let tree: TreeCopy;
let child: ChildProcess;
let output: string;
let started: number;

beforeEach(() => {
  tree = new TreeCopy().withBuilds();
  output = '';
  started = performance.now();
});

afterEach(() => {
  if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL');
  tree.remove();
});

/** In a process group of its own, as a terminal starts it. */
function start(args: string[]): void {
  const folders = { STATE_DIR: 'state', MODELS_DIR: 'models', DATA_DIR: 'data' };
  child = spawn(process.execPath, args, {
    cwd: tree.folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, tree.path(folder)])),
      ...tree.turboSettings,
      NODE_OPTIONS: '',
      PORT: '0',
      TRAINING_HOST_SERVICE_URL: 'http://127.0.0.1:0',
    },
  });
  const collect = (chunk: Buffer) => (output += chunk.toString());
  child.stdout!.on('data', collect);
  child.stderr!.on('data', collect);
}

async function until(seen: () => boolean): Promise<void> {
  const deadline = started + UNTIL_MS;
  while (!seen()) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(output);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ctrl+C in a terminal reaches each process of the group. */
async function interrupt(): Promise<void> {
  const ended = once(child, 'exit');
  process.kill(-child.pid!, 'SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(processesIn(tree.folder)).toEqual([]);
}

/** Command lines of the processes whose working folder is in this one. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const inFolder = /^[0-9]+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      return inFolder ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
    } catch {
      // it has ended, or it is another user's
      return [];
    }
  });
}

const count = (part: string): number => output.split(part).length - 1;

test(
  'npm run dev starts API and host, restarts the one that changed, and leaves no process',
  async () => {
    start(['tools/dev.mjs']);
    await until(() => count('ktrdr API listens on ') === 1 && count('training host listens on ') === 1);
    const main = tree.path('apps/training-host/src/main.ts');
    writeFileSync(
      main,
      readFileSync(main, 'utf8').replace("name: 'ktrdr training host'", "name: 'changed training host'"),
    );
    await until(() => count('changed training host listens on ') === 1);
    expect(count('ktrdr API listens on ')).toBe(1);
    await interrupt();
    expect(count('SIGINT: stopping')).toBe(3);
  },
  TIMEOUT_MS,
);

test(
  'npm run watch runs the tests again after a change of them, of their sources and of a package',
  async () => {
    const file = 'packages/market-data/src/date-range.test.ts';
    start(['tools/watch.mjs', file]);
    await until(() => count('Test Suites: 1 passed') === 1);
    writeFileSync(
      tree.path(file),
      readFileSync(tree.path(file), 'utf8').replace("test('", "test('changed: "),
    );
    await until(() => count('changed: ') > 0 && count('Test Suites: 1 passed') === 2);
    appendFileSync(tree.path('packages/contracts/src/percentage.ts'), '\nexport const added = 1;\n');
    const built = tree.path('packages/contracts/dist/percentage.js');
    await until(() => readFileSync(built, 'utf8').includes('added'));
    const runs = count('Test Suites: 1 passed');
    await until(() => count('Test Suites: 1 passed') > runs);
    await interrupt();
  },
  TIMEOUT_MS,
);
