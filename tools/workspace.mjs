/** Functions that the workspace's commands share: running programs, installing, building. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Interrupted, interruptChild } from './interruption.mjs';

export const ROOT = join(import.meta.dirname, '..');

/** Ends the command with its message as the only output, without a stack trace. */
export class CommandFailed extends Error {}

/**
 * Runs a program in the workspace's root. `quiet` shows the output only if the program fails. If `stop`, from `stopOnSignals`,
 * aborts, the program is asked to end.
 * @returns the exit code; 130 after SIGINT, 143 after any other signal
 * @throws Interrupted if `stop` has aborted
 */
export async function run(command, args, { quiet = false, ...options } = {}) {
  const { code, output } = await start(command, args, { ...options, stdio: quiet ? 'pipe' : 'inherit' });
  if (code !== 0) process.stderr.write(output);
  return code;
}

/** Runs a program in the workspace's root, like `run`. @returns `{ code, output, stdout }`: `output` has stderr too */
export function runQuietly(command, args, options = {}) {
  return start(command, args, { ...options, stdio: 'pipe' });
}

function start(command, args, { stdio, env = {}, stop }) {
  return new Promise((resolve, reject) => {
    stop?.throwIfAborted();
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: stdio === 'pipe' ? ['ignore', 'pipe', 'pipe'] : stdio,
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...env },
    });
    const interrupt = () => interruptChild(child, stop.reason.signal);
    stop?.addEventListener('abort', interrupt);
    const output = [];
    const stdout = [];
    child.stdout?.on('data', (chunk) => output.push(chunk) && stdout.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.once('error', (error) => reject(new CommandFailed(`Cannot start ${command}: ${error.message}`)));
    child.once('close', (code, signal) => {
      stop?.removeEventListener('abort', interrupt);
      if (stop?.aborted) return reject(stop.reason);
      resolve({
        code: code ?? (signal === 'SIGINT' ? 130 : 143),
        output: Buffer.concat(output).toString(),
        stdout: Buffer.concat(stdout).toString(),
      });
    });
  });
}

async function must(what, command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0)
    throw new CommandFailed(`${what} failed with exit code ${code}. The reason is in the output above.`);
}

const PNPM_PROGRAMS = ['pnpm', 'pnpm.exe', 'pnpm.cmd'];

/** Path of an installed program in `node_modules/.bin`. */
export const bin = (name) => join(ROOT, 'node_modules/.bin', name);

const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Runs pnpm through npx, so that it need not be installed globally. Works offline once npx has cached it. */
async function pnpm(what, args, options) {
  await must(what, 'npx', ['--yes', '--prefer-offline', packageManager, ...args], options);
}

/** Installs exactly the packages of the lock file. Needs no network if they are already installed. */
export async function install(options) {
  if (isInstalled()) return console.log('      Already up to date.');
  await pnpm('Installing', ['install', '--frozen-lockfile', '--prefer-offline'], options);
}

/** Compares the lock file with the copy that pnpm keeps of the last installed one. */
function isInstalled() {
  const copy = join(ROOT, 'node_modules/.pnpm/lock.yaml');
  return existsSync(copy) && readFileSync(copy).equals(readFileSync(join(ROOT, 'pnpm-lock.yaml')));
}

/**
 * Builds what changed; `filter` limits this to some packages and their dependencies, in turbo's syntax. `documents` builds the
 * documentation site too. It takes seconds after each change of the API, so commands that only run code leave it out.
 */
export async function build({ filter, documents = false, ...options } = {}) {
  const filters = filter === undefined ? [] : [`--filter=${filter}`];
  const tasks = documents ? ['build', 'documents'] : ['build'];
  const args = ['run', ...tasks, '--output-logs=errors-only', ...filters];
  await must('Building', bin('turbo'), args, { ...options, env: await turboEnvironment() });
}

/** turbo looks for pnpm on the `PATH`. */
export async function turboEnvironment() {
  if (!existsSync(bin('turbo')))
    throw new CommandFailed('The packages are not installed. Run: npm run quickstart');
  return { PATH: [await pnpmFolder(), process.env.PATH].join(delimiter) };
}

/** Where npx keeps pnpm. npx takes two seconds to answer, so a file keeps the answer. */
async function pnpmFolder() {
  const file = join(ROOT, 'node_modules/.cache/ktrdr/pnpm.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const hasPnpm = (folder) => PNPM_PROGRAMS.some((name) => existsSync(join(folder, name)));
  if (known.packageManager === packageManager && hasPnpm(known.folder)) return known.folder;
  const args = ['--yes', '--prefer-offline', `--package=${packageManager}`];
  const printPath = ['--', 'node', '--print', 'process.env.PATH'];
  const { code, output } = await runQuietly('npx', [...args, ...printPath]);
  const folder = output.trim().split(delimiter).find(hasPnpm);
  if (code !== 0 || folder === undefined)
    throw new CommandFailed(`npx cannot provide ${packageManager}:\n${output}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ packageManager, folder }));
  return folder;
}

/** Runs a command's main function. A `CommandFailed` prints one line and exits with 1; an interruption exits with 128 + signal number. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof CommandFailed || error instanceof Interrupted)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode ?? 1;
  }
}
