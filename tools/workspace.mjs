/** What the workspace's commands share: running programs, installing, building. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Interrupted, interruptChild } from './interruption.mjs';

export const ROOT = join(import.meta.dirname, '..');

/** Ends the command with one line for people. */
export class CommandFailed extends Error {}

/**
 * Runs a program in the workspace's root and answers its exit code (128 + signal number where a signal ended it).
 * `quiet` holds its output back and shows it only where the program fails.
 * `stop`, of `stopOnSignals`, asks the program to end too; then, and where it had aborted before, this rejects with its reason.
 */
export async function run(command, args, { quiet = false, ...options } = {}) {
  const { code, output } = await start(command, args, { ...options, stdio: quiet ? 'pipe' : 'inherit' });
  if (code !== 0) process.stderr.write(output);
  return code;
}

/** Runs a program in the workspace's root, like `run`. @returns `{ code, output }` */
export function runQuietly(command, args) {
  return start(command, args, { stdio: 'pipe' });
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
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.once('error', (error) =>
      reject(new CommandFailed(`${command} could not be started: ${error.message}`)),
    );
    child.once('close', (code, signal) => {
      stop?.removeEventListener('abort', interrupt);
      if (stop?.aborted) return reject(stop.reason);
      resolve({
        code: code ?? (signal === 'SIGINT' ? 130 : 143),
        output: Buffer.concat(output).toString(),
      });
    });
  });
}

async function must(what, command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) throw new CommandFailed(`${what} failed (exit ${code}); the output above says why.`);
}

/** A program that the installation put into `node_modules/.bin`. */
export const bin = (name) => join(ROOT, 'node_modules/.bin', name);

/** Runs pnpm, which comes through npx, so that nothing need be installed globally; without a network too, once npx has it. */
async function pnpm(what, args, options) {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  await must(what, 'npx', ['--yes', '--prefer-offline', packageManager, ...args], options);
}

/** Installs exactly what the lock file says; where that is there already, it says so and needs no network. */
export async function install(options) {
  if (isInstalled()) return console.log('      They are up to date.');
  await pnpm('Installing', ['install', '--frozen-lockfile', '--prefer-offline'], options);
}

/** pnpm keeps a copy of the lock file that it has installed. */
function isInstalled() {
  const copy = join(ROOT, 'node_modules/.pnpm/lock.yaml');
  return existsSync(copy) && readFileSync(copy).equals(readFileSync(join(ROOT, 'pnpm-lock.yaml')));
}

/** turbo asks pnpm for the workspace, hence the way through it. */
export async function build(options) {
  if (!existsSync(bin('turbo'))) throw new CommandFailed('Nothing is installed yet. Run: npm run quickstart');
  await pnpm('Building', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], options);
}

/** Runs a command's main function; a failure is one line and exit code 1, an interruption one line and 128 + the signal. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof CommandFailed || error instanceof Interrupted)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode ?? 1;
  }
}
