/** The part of `npm run quickstart` after the build: starts its own API, runs one training on it and stops the API. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, CommandFailed, run, runQuietly } from './workspace.mjs';

/**
 * Bars that the quickstart, the README and the example strategies train on: real S&P 500 bars and synthetic bars. Each entry
 * has the arguments of `ktrdr data sample`.
 */
export const SAMPLES = [
  ['SP500', '1d'],
  ['AAPL', '1m', '--start-date', '2023-12-01', '--end-date', '2024-03-29'],
  ['AAPL', '1h', '--start-date', '2023-01-01', '--end-date', '2024-12-31'],
];

/** Arguments of `ktrdr`: the plain training, whose model has the same bytes on every machine. */
const ONE_SEED = ['models', 'train', 'strategies/sp500_daily.yaml'];

/** The score of one seed is partly chance, so the quickstart trains many seeds as well and shows their mean and spread. */
export const MANY_SEEDS = [...ONE_SEED, '--seeds', '16'];

const API_START_TIMEOUT_MS = 30_000;
const API_STOP_TIMEOUT_MS = 15_000;
const ANSWER_TIMEOUT_MS = 2_000;

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

/** Starts the API in its own process group, so that Ctrl+C reaches only the CLI. The API is stopped after the CLI has ended. */
function startApi(port, dataDir, logFile) {
  const log = openSync(logFile, 'w');
  const settings = { HOST: '127.0.0.1', PORT: port, DATA_DIR: dataDir, USE_TRAINING_HOST_SERVICE: 'false' };
  const api = spawn(process.execPath, ['apps/api/dist/main.js'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...settings },
  });
  return { api, logFile, exited: new Promise((resolve) => api.once('exit', resolve)) };
}

async function untilHealthy({ api, logFile }, url, stop) {
  const deadline = performance.now() + API_START_TIMEOUT_MS;
  while (performance.now() < deadline && api.exitCode === null && api.signalCode === null) {
    stop.throwIfAborted();
    const healthy = await fetch(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await sleep(50);
  }
  throw new CommandFailed(`The API did not start:\n${readFileSync(logFile, 'utf8').trim()}`);
}

async function stopApi({ api, exited }) {
  api.kill('SIGTERM');
  const killer = setTimeout(() => api.kill('SIGKILL'), API_STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(killer);
}

/** Writes missing samples and keeps existing files. Returns the first exit code that is not 0. */
async function writeSamples(dataDir, ktrdr) {
  for (const [symbol, timeframe, ...range] of SAMPLES) {
    const bars = join(dataDir, `${symbol}_${timeframe}.csv`);
    if (existsSync(bars)) {
      console.log(`${symbol} ${timeframe}: ${relative(ROOT, bars)} already exists and is kept`);
      continue;
    }
    const code = await ktrdr('data', 'sample', symbol, timeframe, ...range);
    if (code !== 0) return code;
  }
  return 0;
}

/** The model of a training, its accuracy and the headline of its verdict. */
function headline({ result: { artifacts, verdict } }) {
  const accuracy = (100 * verdict.accuracy.model).toFixed(1);
  return `model ${artifacts.model}, test accuracy ${accuracy} %\n${verdict.reasons[0]}`;
}

/**
 * Writes sample bars, trains `strategies/sp500_daily.yaml` with one seed and with 16 seeds, and returns the CLI's exit code.
 * If `stop` aborts, no further step starts, and the API is stopped.
 */
export async function firstTraining(stop) {
  const folder = mkdtempSync(join(tmpdir(), 'ktrdr-quickstart-'));
  try {
    const port = process.env.PORT || String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const dataDir = resolve(ROOT, process.env.DATA_DIR || 'data');
    // the quickstart trains in its own API, whatever the environment says
    const options = { env: { KTRDR_API_URL: url, USE_TRAINING_HOST_SERVICE: '' }, stop };
    const command = (args) => [process.execPath, ['apps/cli/bin/ktrdr.mjs', ...args], options];
    const ktrdr = (...args) => run(...command(args));

    const service = startApi(port, dataDir, join(folder, 'api.log'));
    try {
      await untilHealthy(service, url, stop);
      const sampled = await writeSamples(dataDir, ktrdr);
      if (sampled !== 0) return sampled;
      console.log('\nOne seed. Its score is partly chance:');
      const trained = await runQuietly(...command([...ONE_SEED, '--json']));
      if (trained.code !== 0) {
        process.stderr.write(trained.output);
        return trained.code;
      }
      console.log(headline(JSON.parse(trained.stdout)));
      console.log('\n16 seeds. Their mean and spread show how much of it is chance:');
      return await ktrdr(...MANY_SEEDS);
    } finally {
      await stopApi(service);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
