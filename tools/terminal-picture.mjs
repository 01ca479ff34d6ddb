/**
 * Trains in a real terminal of tmux and writes what it shows as docs/terminal.svg: the last live lines, the verdict, the curve and the
 * accuracy. Uses the bars of the quickstart and an API of its own with empty folders, so that the training is the first on these bars.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = 'npx ktrdr models train strategies/sp500_daily.yaml';
const [COLUMNS, ROWS] = [96, 100];
/** Size of a character and of a line, margin and first baseline, px. */
const [CELL, LINE, MARGIN, TOP] = [8.4, 19, 18, 56];
const COLOURS = { 31: '#e06c75', 32: '#98c379', 33: '#e5c07b', 36: '#56b6c2' };
const [TEXT, DIM] = ['#d7dae0', '#7f8896'];
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
  writeFileSync(join(ROOT, 'docs/terminal.svg'), svgOf(lines));
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

/** Splits each line of `capture-pane -e` into texts of one style. A style continues on the next line. */
function linesOf(text) {
  let style = {};
  return text.split('\n').map((line) => {
    const { runs, last } = runsOf(line, style);
    style = last;
    return runs;
  });
}

function runsOf(line, before) {
  let style = before;
  // oxlint-disable-next-line no-control-regex -- an escape code begins with a control character
  const runs = line.split(/(\u001b\[[\d;]*m)/).flatMap((part) => {
    // oxlint-disable-next-line no-control-regex -- the same
    const [, codes] = /^\u001b\[([\d;]*)m$/.exec(part) ?? [];
    if (codes === undefined) return part === '' ? [] : [{ text: part, ...style }];
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) style = {};
      else if (code === 1) style = { ...style, bold: true };
      else if (code === 2) style = { ...style, dim: true };
      else if (code === 22) style = { colour: style.colour };
      else if (code === 39 || code in COLOURS) style = { ...style, colour: COLOURS[code] };
    }
    return [];
  });
  return { runs, last: style };
}

function textOf(line) {
  return line.map(({ text }) => text).join('');
}

function svgOf(lines) {
  const width = Math.round(MARGIN * 2 + COLUMNS * CELL);
  const height = TOP + (lines.length - 1) * LINE + MARGIN;
  const title =
    'A training in the terminal: live progress with the loss, then the verdict, the figures behind it, the equity curve, and test accuracy beside the baselines';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<rect width="${width}" height="${height}" rx="8" fill="#1e2127"/>
<circle cx="20" cy="18" r="6" fill="#e06c75"/><circle cx="40" cy="18" r="6" fill="#e5c07b"/><circle cx="60" cy="18" r="6" fill="#98c379"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${lines.flatMap((line, row) => (textOf(line).trim() === '' ? [] : [`<text y="${TOP + row * LINE}">${spansOf(line)}</text>`])).join('\n')}
</g>
</svg>
`;
}

/** Each word group at its own column with its width, so that columns stay aligned in every font. */
function spansOf(line) {
  let column = 0;
  return line
    .flatMap(({ text, bold, dim, colour }) =>
      text.split(/( {2,}|^ )/).map((part) => {
        const x = (MARGIN + column * CELL).toFixed(1);
        const length = [...part].length;
        column += length;
        if (part.trim() === '') return '';
        const weight = bold ? ' font-weight="bold"' : '';
        const fill = colour ?? (dim ? DIM : TEXT);
        return `<tspan x="${x}" textLength="${(length * CELL).toFixed(1)}" xml:space="preserve" fill="${fill}"${weight}>${escaped(part)}</tspan>`;
      }),
    )
    .join('');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
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
