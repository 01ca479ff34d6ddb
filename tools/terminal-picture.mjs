/**
 * Trains in a real terminal of tmux and writes what it shows as docs/terminal.svg: the last live lines, the verdict, the curve and the
 * accuracy. Trains as the quickstart does, on its bars, with its own API and empty folders, so that the training is the first on these bars.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { MANY_SEEDS } from './first-training.mjs';
import { linesOf, svgOf, textOf } from './terminal-svg.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = `npx ktrdr ${MANY_SEEDS.join(' ')}`;
const [COLUMNS, ROWS] = [96, 100];
const TITLE =
  'A training in the terminal: live progress with the loss, then the verdict, the figures behind it, the equity curve, and test accuracy beside the baselines';
const TIMEOUT_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'ktrdr-picture-'));
const socket = join(folder, 'tmux');
const port = await freePort();
const env = {
  ...process.env,
  PORT: String(port),
  KTRDR_API_URL: `http://127.0.0.1:${port}`,
  MODELS_DIR: join(folder, 'models'),
  STATE_DIR: join(folder, 'state'),
};
const api = spawn(process.execPath, ['tools/start.mjs', 'api'], { cwd: ROOT, env, stdio: 'inherit' });
try {
  await until('the API answers', async () => (await fetch(`${env.KTRDR_API_URL}/health`)).ok);
  const { live, end } = await record();
  const lines = [[{ text: `$ ${COMMAND}` }], ...live, [], ...end];
  writeFileSync(join(ROOT, 'docs/terminal.svg'), svgOf(lines, COLUMNS, TITLE));
} finally {
  try {
    tmux('kill-server');
  } catch {
    // it was not started
  }
  api.kill();
  if (api.exitCode === null) await new Promise((resolve) => api.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}

/** The last frame with the sparkline, and the lines after the end of the training up to the accuracy. */
async function record() {
  const shell = `clear; node apps/cli/bin/ktrdr.mjs ${COMMAND.split(' ').slice(2).join(' ')}; sleep 600`;
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
  execFileSync('tmux', ['-S', socket, '-f', '/dev/null', 'new-session', '-d', ...size, shell], {
    cwd: ROOT,
    env,
  });
  let live = [];
  let lines = [];
  await until('the training ends', async () => {
    lines = linesOf(tmux('capture-pane', '-p', '-e').trimEnd());
    if (lines.some((line) => textOf(line).includes('samples/s')))
      live = lines.filter(({ length }) => length > 0);
    return lines.some((line) => textOf(line).includes('calibration error'));
  });
  const start = lines.findIndex((line) => textOf(line).includes('completed in'));
  const last = lines.findIndex((line) => textOf(line).includes('calibration error'));
  if (start === -1 || live.length === 0) throw new Error(`not a training:\n${lines.map(textOf).join('\n')}`);
  return { live, end: lines.slice(start, last + 1) };
}

function tmux(...words) {
  return execFileSync('tmux', ['-S', socket, ...words], { encoding: 'utf8', env });
}

async function until(what, isTrue) {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    if (await isTrue().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`not within ${TIMEOUT_MS / 1000} s: ${what}`);
    await sleep(100);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
