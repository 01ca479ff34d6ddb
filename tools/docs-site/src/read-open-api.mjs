/** The OpenAPI document of the built API. The service runs for a moment, on loopback and in a temporary folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FOLDERS = { DATA_DIR: 'data', MODELS_DIR: 'models', STATE_DIR: 'state', STRATEGIES_DIR: 'strategies' };

/**
 * @param program the API's `main.js`
 * @throws Error with the output of the service if it does not start
 */
export async function readOpenApi(program) {
  const folder = mkdtempSync(join(tmpdir(), 'ktrdr-docs-'));
  // the settings of the user's environment do not matter here
  const { PATH, SystemRoot } = process.env;
  const env = { PATH, SystemRoot, HOST: '127.0.0.1', PORT: '0' };
  for (const [name, inner] of Object.entries(FOLDERS)) {
    env[name] = join(folder, inner);
    mkdirSync(env[name]);
  }
  const service = spawn(process.execPath, [program], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(service, 'exit');
  try {
    const answer = await fetch(`${await addressOf(service)}/openapi.json`);
    if (!answer.ok) throw new Error(`GET /openapi.json answered ${answer.status}: ${await answer.text()}`);
    return await answer.json();
  } finally {
    service.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function addressOf({ stdout, stderr }) {
  const output = [];
  stderr.setEncoding('utf8').on('data', (text) => output.push(text));
  for await (const line of createInterface({ input: stdout })) {
    output.push(line);
    const [, address] = /listens on (http:\S+?),/.exec(line) ?? [];
    if (address !== undefined) {
      return address;
    }
  }
  throw new Error(`The API did not start:\n${output.join('\n')}`);
}
