#!/usr/bin/env node
/**
 * `npm run quickstart`: installs, builds, starts the API, trains a strategy on real daily S&P 500 bars, shows what was
 * learnt and stops everything that it started.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, CommandFailed, build, install, main, run } from './workspace.mjs';

const API_START_TIMEOUT_MS = 30_000;
const API_STOP_TIMEOUT_MS = 15_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts the API in a process group of its own, so that Ctrl+C reaches the CLI alone; it is stopped when the CLI has ended. */
async function startApi(port, logFile) {
  const log = openSync(logFile, 'w');
  const api = spawn(process.execPath, ['apps/api/dist/main.js'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), USE_TRAINING_HOST_SERVICE: 'false' },
  });
  const exited = new Promise((resolve) => api.once('exit', resolve));
  const deadline = performance.now() + API_START_TIMEOUT_MS;
  while (performance.now() < deadline && api.exitCode === null) {
    const healthy = await fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return { api, exited };
    await sleep(50);
  }
  api.kill('SIGKILL');
  throw new CommandFailed(`The API did not start:\n${readFileSync(logFile, 'utf8').trim()}`);
}

async function stopApi({ api, exited }) {
  api.kill('SIGTERM');
  const killer = setTimeout(() => api.kill('SIGKILL'), API_STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(killer);
}

await main(async () => {
  const step = (number, text) => console.log(`[${number}/4] ${text}`);
  step(1, 'Installing packages');
  await install({ quiet: true });
  step(2, 'Building');
  await build({ quiet: true });

  step(3, 'Starting the API');
  const folder = mkdtempSync(join(tmpdir(), 'ktrdr-quickstart-'));
  const port = process.env.PORT ?? (await freePort());
  // The CLI answers these signals; this command only waits for it and then stops the API.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  const service = await startApi(port, join(folder, 'api.log'));
  try {
    const env = { KTRDR_API_URL: `http://127.0.0.1:${port}` };
    const ktrdr = (...args) => run(process.execPath, ['apps/cli/bin/ktrdr.mjs', ...args], { env });
    step(4, 'Training strategies/sp500_daily.yaml on daily bars of the S&P 500, 2000 to 2020\n');
    const sampled = await ktrdr('data', 'sample', 'SP500', '1d', '--overwrite');
    if (sampled !== 0) return sampled;
    const trained = await ktrdr('models', 'train', 'strategies/sp500_daily.yaml');
    if (trained !== 0) return trained;
    console.log('\nNext: npm start, and in another terminal: npx ktrdr --help');
    return 0;
  } finally {
    await stopApi(service);
    rmSync(folder, { recursive: true });
  }
});
