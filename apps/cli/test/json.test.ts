/** The machine-readable output of every command: docs/cli.md names the wire type of each. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { CommandNode } from '../src/command-tree.js';
import { runCommandLine } from '../src/program.js';
import { SettingsFile } from '../src/settings-file.js';
import { TokenFile } from '../src/token-file.js';
import { wholeTree } from '../src/whole-tree.js';
import { eventually, type TestContext, testContext } from './test-context.js';
import { operation, WireServer } from './wire-server.js';

let folder: string;
let server: WireServer;
let context: TestContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-json-'));
  await writeFile(join(folder, 'a.yaml'), 'name: a\n');
  await writeFile(join(folder, 'b.yaml'), 'name: b\n');
  await writeFile(join(folder, 'bars.csv'), 'x\n');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  server = await WireServer.start();
  context = testContext(server.url);
  context.tokenFile = () => new TokenFile(join(folder, 'token'));
  context.settingsFile = () => new SettingsFile(join(folder, 'config.json'));
});
afterEach(() => server.close());

const STARTED = { operation_id: 'op_1', status: 'started', message: 'Started' };
const DONE = operation({
  operation_id: 'op_1',
  status: 'completed',
  completed_at: '2026-11-23T10:16:00.000Z',
  result: { iterations_completed: 1 },
});
const MODEL = { model: 'a/1h_v1', verdict: null };
const BARS = { symbol: 'AAPL', timeframe: '1h', file: 'AAPL_1h.csv' };
const STORED = { ...BARS, rows: 1, left_out: 0 };
const CALLER = { name: 'local', role: 'admin' };
const TOKEN = `ktrdr_0123456789ab_${'A'.repeat(43)}`;

interface Case {
  words: string[];
  /** Data of the answers, by `METHOD /path`. */
  answers?: Record<string, unknown>;
  /** What `--json` prints: the only object, or one object a line. Default: the only answer. */
  json?: unknown;
  lines?: unknown[];
  /** What `--quiet` prints. */
  quiet: string[];
  stdin?: string;
}

const operations = (...all: object[]) => ({ operations: all, total_count: all.length, active_count: 0 });

/** Follows an operation that has ended. */
const follows = (path: string): Pick<Case, 'answers' | 'json'> => ({
  answers: { [path]: STARTED, 'GET /operations/op_1': DONE },
  json: DONE,
});

const CASES: Record<string, Case> = {
  'models train': { words: ['a.yaml'], ...follows('POST /trainings/start'), quiet: [] },
  'models list': { words: [], answers: { 'GET /models': { models: [MODEL] } }, quiet: ['a/1h_v1'] },
  'models show': {
    words: ['a/1h_v1'],
    answers: { 'GET /models/a/1h_v1': { summary: MODEL } },
    quiet: ['a/1h_v1'],
  },
  'models compare': {
    words: ['a/1h_v1', 'b/1h_v1'],
    answers: { 'GET /models/compare': { models: [MODEL], warnings: ['different rows'] } },
    quiet: ['a/1h_v1 -'],
  },
  'models predict': {
    words: ['a/1h_v1', '--symbol', 'AAPL', '--timeframe', '1h'],
    answers: { 'POST /models/a/1h_v1/predict': { predictions: [{ decision: 'BUY' }], warnings: ['old'] } },
    quiet: ['BUY'],
  },
  'models backtest': { words: ['a/1h_v1'], ...follows('POST /models/a/1h_v1/backtest'), quiet: [] },
  'models delete': {
    words: ['a/1h_v1', '--yes'],
    answers: { 'DELETE /models/a/1h_v1': { model: 'a/1h_v1' } },
    quiet: ['a/1h_v1'],
  },
  'operations list': { words: [], answers: { 'GET /operations': operations(DONE) }, quiet: ['op_1'] },
  'operations show': { words: ['op_1'], answers: { 'GET /operations/op_1': DONE }, quiet: ['completed'] },
  'operations follow': { words: ['op_1'], answers: { 'GET /operations/op_1': DONE }, quiet: [] },
  'operations cancel': {
    words: ['--search', 'x', '--yes'],
    answers: {
      'GET /operations': operations({ ...DONE, status: 'running' }),
      'POST /operations/op_1/cancel': { operation_id: 'op_1', status: 'cancelling', message: '' },
      'GET /operations/op_1': { ...DONE, status: 'cancelled' },
    },
    lines: [{ operation_id: 'op_1', change: 'cancel', outcome: 'done', status: 'cancelled', error: null }],
    quiet: ['op_1'],
  },
  'operations resume': {
    words: ['op_1', '--detach'],
    answers: { 'POST /operations/op_1/resume': STARTED, 'GET /operations/op_1': DONE },
    json: STARTED,
    quiet: ['op_1'],
  },
  'operations retry': {
    words: ['--status', 'failed', '--yes'],
    answers: {
      'GET /operations': operations({ ...DONE, status: 'failed' }),
      'POST /operations/op_1/retry': STARTED,
    },
    lines: [{ operation_id: 'op_1', change: 'retry', outcome: 'done', status: 'pending', error: null }],
    quiet: ['op_1'],
  },
  'operations prune': {
    words: ['--older-than', '1', '--yes'],
    answers: { 'DELETE /operations': { removed: 3 } },
    quiet: ['3'],
  },
  'strategies list': {
    words: [],
    answers: { 'GET /strategies': { strategies: [{ name: 'a' }] } },
    quiet: ['a'],
  },
  'strategies validate': {
    words: ['a.yaml'],
    answers: { 'POST /strategies/validate': { valid: true, issues: [] } },
    json: [{ file: 'a.yaml', valid: true, issues: [] }],
    quiet: [],
  },
  'strategies migrate': {
    words: ['a.yaml'],
    answers: { 'POST /strategies/migrate': { strategy: 'name: a', notes: ['moved'], issues: [] } },
    quiet: ['name: a'],
  },
  'indicators list': {
    words: [],
    answers: { 'GET /indicators': { indicators: [{ type: 'rsi' }] } },
    quiet: ['rsi'],
  },
  'indicators compute': {
    words: ['rsi', '--symbol', 'AAPL', '--timeframe', '1h'],
    answers: { 'POST /indicators/compute': { outputs: { rsi: [null, 50] }, warnings: ['short'] } },
    quiet: ['50'],
  },
  'data import': {
    words: ['bars.csv', '--server-path', '--yes'],
    answers: {
      'POST /data/imports/preview': { questions: [], symbols: [], warnings: [], notes: [], problems: [] },
      'POST /data/imports/start': STARTED,
      'GET /operations/op_1': DONE,
    },
    json: DONE,
    quiet: [],
  },
  'data profiles': {
    words: [],
    answers: { 'GET /data/profiles': { profiles: [{ name: 'p', choices: {} }] } },
    quiet: ['p'],
  },
  'data list': { words: [], answers: { 'GET /data': { bars: [BARS] } }, quiet: ['AAPL 1h'] },
  'data show': {
    words: ['AAPL', '1h'],
    answers: { 'GET /data/show': { info: BARS } },
    quiet: ['AAPL_1h.csv'],
  },
  'data check': {
    words: ['AAPL'],
    answers: { 'GET /data/check': { reports: [{ ...BARS, findings: [] }] } },
    quiet: [],
  },
  'data sample': {
    words: ['AAPL', '1h'],
    answers: { 'POST /data/sample': { ...BARS, path: '/d/AAPL_1h.csv' } },
    quiet: ['/d/AAPL_1h.csv'],
  },
  'data download': { words: ['X', '--source', 's'], ...follows('POST /data/downloads/start'), quiet: [] },
  'data sources': { words: [], answers: { 'GET /data/sources': { sources: [{ name: 's' }] } }, quiet: ['s'] },
  'data export': {
    words: ['AAPL', '1h', 'out.csv'],
    answers: { 'GET /data/export': { any: 1 } },
    json: { symbol: 'AAPL', timeframe: '1h', file: 'out.csv', format: 'csv', bytes: expect.any(Number) },
    quiet: ['out.csv'],
  },
  'data resample': {
    words: ['AAPL', '1h', '1d'],
    answers: { 'POST /data/resample': { stored: [STORED] } },
    quiet: ['AAPL_1h.csv'],
  },
  'data delete': {
    words: ['AAPL', '1h', '--yes'],
    answers: { 'DELETE /data': { file: 'AAPL_1h.csv' } },
    quiet: ['AAPL_1h.csv'],
  },
  hosts: { words: [], answers: { 'GET /hosts': { mode: 'queue', hosts: [{ name: 'h' }] } }, quiet: ['h'] },
  open: {
    words: ['--print'],
    json: { address: expect.stringMatching(/\/$/), opened: false },
    quiet: [expect.stringMatching(/^http.*\/$/) as unknown as string],
  },
  doctor: {
    words: [],
    answers: {
      'GET /caller': CALLER,
      'GET /doctor': {
        version: '0.1.0',
        server_time: 'x',
        status: 'ok',
        checks: [{ name: 'node', status: 'ok', summary: '', advice: null }],
      },
    },
    json: {
      status: expect.any(String),
      client: expect.any(Array),
      api: expect.objectContaining({ status: 'ok' }),
    },
    quiet: [],
  },
  'config show': {
    words: [],
    json: { file: expect.any(String), settings: expect.any(Array) },
    quiet: expect.arrayContaining(['color=auto']) as unknown as string[],
  },
  'config get': {
    words: ['color'],
    json: expect.objectContaining({ name: 'color', value: 'auto' }),
    quiet: ['auto'],
  },
  'config set': {
    words: ['color', 'auto'],
    json: expect.objectContaining({ name: 'color', from: 'file' }),
    quiet: ['auto'],
  },
  'config unset': {
    words: ['color'],
    json: expect.objectContaining({ name: 'color', from: 'default' }),
    quiet: ['auto'],
  },
  login: {
    words: [],
    stdin: `${TOKEN}\n`,
    answers: { 'GET /caller': CALLER },
    json: { ...CALLER, api_url: expect.any(String), saved: false },
    quiet: ['local'],
  },
  logout: { words: [], json: { api_url: expect.any(String), removed: false }, quiet: [] },
  'token create': {
    words: ['--role', 'read', '--name', 'n'],
    answers: { 'POST /tokens': { id: 'i', name: 'n', role: 'read', token: 'secret', created_by: 'local' } },
    quiet: ['secret'],
  },
  'token list': { words: [], answers: { 'GET /tokens': { tokens: [{ name: 'n' }] } }, quiet: ['n'] },
  'token revoke': {
    words: ['n'],
    answers: { 'DELETE /tokens/n': { name: 'n', id: 'i', role: 'read' } },
    quiet: ['n'],
  },
  'notify add': {
    words: ['https://a.example/', '--on', 'failed'],
    answers: { 'POST /notifications': { id: 'wh_1', on: ['failed'], secret: 'secret' } },
    quiet: ['secret'],
  },
  'notify list': {
    words: [],
    answers: { 'GET /notifications': { webhooks: [{ id: 'wh_1' }] } },
    quiet: ['wh_1'],
  },
  'notify remove': {
    words: ['wh_1'],
    answers: { 'DELETE /notifications/wh_1': { id: 'wh_1', name: null, url: 'https://a.example/' } },
    quiet: ['wh_1'],
  },
  'notify test': {
    words: ['wh_1'],
    answers: { 'POST /notifications/wh_1/test': { id: 'wh_1', delivered: true } },
    quiet: ['wh_1'],
  },
  'audit list': {
    words: [],
    answers: {
      'GET /audit': { entries: [{ at: 't', caller: null, action: 'a', target: 'x' }], total_count: 1 },
    },
    quiet: ['t - a x'],
  },
  completion: {
    words: ['bash'],
    json: { shell: 'bash', script: expect.stringContaining('__complete') },
    quiet: expect.any(Array) as unknown as string[],
  },
  'dummy start': { words: [], ...follows('POST /dummy/start'), quiet: [] },
};

function* leaves(node: CommandNode, path: string[] = []): Generator<string> {
  if (node.commands.length === 0) yield path.join(' ');
  for (const inner of node.commands) yield* leaves(inner, [...path, inner.name]);
}

test('the table has every command', async () => {
  // the answers of `ktrdr mcp` are messages of its protocol: test/mcp.test.ts
  expect([...Object.keys(CASES), 'mcp'].toSorted()).toEqual([...leaves(await wholeTree())].toSorted());
});

async function run(name: string, option: string): Promise<string> {
  const { words, answers = {}, stdin } = CASES[name]!;
  for (const [route, data] of Object.entries(answers)) server.answers.set(route, () => ({ data }));
  if (stdin !== undefined) context.input.end(stdin);
  const before = process.cwd();
  process.chdir(folder);
  try {
    expect(await runCommandLine(context, [...name.split(' '), ...words, option])).toBe(0);
  } finally {
    process.chdir(before);
  }
  await rm(join(folder, 'out.csv'), { force: true });
  return context.stdout();
}

test.each(Object.entries(CASES))(
  'ktrdr %s --json prints only JSON',
  async (name, { answers = {}, json, lines }) => {
    const printed = await run(name, '--json');
    if (lines === undefined) expect(JSON.parse(printed)).toEqual(json ?? Object.values(answers)[0]);
    else
      expect(
        printed
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual(lines);
  },
);

test.each(Object.entries(CASES))('ktrdr %s --quiet prints only names', async (name, { quiet }) => {
  const printed = await run(name, '--quiet');
  expect(printed === '' ? [] : printed.trimEnd().split('\n')).toEqual(quiet);
});

test('several trainings print one object a line: started, and ended or refused', async () => {
  server.answers.set('POST /trainings/start', ({ body }) => {
    const { strategy_file } = body as { strategy_file: string };
    if (strategy_file === 'b.yaml')
      return { status: 422, error: { code: 'strategy_invalid', message: 'Wrong.' } };
    server.set(operation({ operation_id: 'op_1' }));
    return { data: STARTED };
  });
  const before = process.cwd();
  process.chdir(folder);
  try {
    const ended = runCommandLine(context, ['models', 'train', 'a.yaml', 'b.yaml', '--json']);
    await eventually('the training is followed', () => server.streams > 0);
    server.set(DONE);
    expect(await ended).toBe(1);
  } finally {
    process.chdir(before);
  }
  const lines = context
    .stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string });
  expect(lines.filter(({ file }) => file === 'a.yaml')).toEqual([
    { file: 'a.yaml', event: 'started', operation_id: 'op_1', operation: null, error: null },
    { file: 'a.yaml', event: 'ended', operation_id: 'op_1', operation: DONE, error: null },
  ]);
  expect(lines.filter(({ file }) => file === 'b.yaml')).toEqual([
    {
      file: 'b.yaml',
      event: 'refused',
      operation_id: null,
      operation: null,
      error: { code: 'strategy_invalid', message: 'Wrong.' },
    },
  ]);
});
