/** What the built API says of itself. The service runs for a moment, on loopback and in a temporary folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FOLDERS = { DATA_DIR: 'data', MODELS_DIR: 'models', STATE_DIR: 'state', STRATEGIES_DIR: 'strategies' };

/**
 * @param program the API's `main.js`
 * @returns `{ openApi, strategySchema }`: its OpenAPI document, and the grammar of strategy files
 * @throws Error with the output of the service if it does not start
 */
export async function askApi(program) {
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
    const address = await addressOf(service);
    const { data } = await read(`${address}/strategies/schema`);
    return { openApi: await read(`${address}/openapi.json`), strategySchema: data };
  } finally {
    service.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`GET ${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
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
