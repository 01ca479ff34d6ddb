/** Runs a built service for a moment, on loopback and in a temporary folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A service that hangs must not hold up a build for ever, ms. */
const MOST_MS = 120_000;
const FOLDERS = { DATA_DIR: 'data', MODELS_DIR: 'models', STATE_DIR: 'state', STRATEGIES_DIR: 'strategies' };

/**
 * @param args arguments of Node: the service's program
 * @param body called with the address of the service
 * @returns the result of `body`
 * @throws Error with the output of the service if it does not start, or, except on Windows, does not end with exit code 0
 */
export async function whileStarted(args, body) {
  const folder = mkdtempSync(join(tmpdir(), 'ktrdr-started-'));
  // the settings of the user's environment do not matter here
  const { PATH, SystemRoot } = process.env;
  const env = { PATH, SystemRoot, HOST: '127.0.0.1', PORT: '0', TRAINING_WARM_PROCESSES: '0' };
  for (const [name, inner] of Object.entries(FOLDERS)) {
    env[name] = join(folder, inner);
    mkdirSync(env[name]);
  }
  const service = spawn(process.execPath, args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(service, 'exit');
  const output = [];
  service.stderr.setEncoding('utf8').on('data', (text) => output.push(text));
  const limit = setTimeout(() => service.kill('SIGKILL'), MOST_MS);
  try {
    const result = await body(await addressOf(service.stdout, output));
    service.kill('SIGTERM');
    const [code] = await ended;
    // Windows has no signals: `kill` ends the service at once
    if (code !== 0 && process.platform !== 'win32')
      throw new Error(`The service ended with exit code ${code}:\n${output.join('\n')}`);
    return result;
  } finally {
    clearTimeout(limit);
    service.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function addressOf(stdout, output) {
  const lines = createInterface({ input: stdout });
  return new Promise((found, fail) => {
    lines.on('line', (line) => {
      output.push(line);
      const [, address] = /listens on (http:[^\s,]+)/.exec(line) ?? [];
      if (address !== undefined) found(address);
    });
    lines.once('close', () => fail(new Error(`The service did not start:\n${output.join('\n')}`)));
  });
}
