/** Completion, as the shells see it: real shells read the printed script and complete the words of a line. */
import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT } from '@ktrdr/service-kit/testing';
import { program, requires } from '../../../tools/requirements.js';
import { apiNames } from '../src/completion/api-names.js';
import { complete } from '../src/completion/complete.js';
import { wholeTree } from '../src/whole-tree.js';
import { operation, WireServer } from './wire-server.js';

const run = promisify(execFile);
let folder: string;
let server: WireServer;

const RUNNING = operation({ operation_id: 'op_dummy_1', status: 'running' });
const FAILED = operation({ operation_id: 'op_dummy_2', status: 'failed', resumable: true });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-completion-'));
  await mkdir(join(folder, 'bin'));
  await symlink(join(ROOT, 'apps/cli/bin/ktrdr.mjs'), join(folder, 'bin/ktrdr'));
  await mkdir(join(folder, 'strategies'));
  await writeFile(join(folder, 'strategies/trend.yaml'), 'name: trend\n');
  await writeFile(join(folder, 'strategies/notes.txt'), '');
  server = await WireServer.start();
  const answers: Record<string, unknown> = {
    'GET /operations': { operations: [RUNNING, FAILED], total_count: 2, active_count: 1 },
    'GET /models': {
      models: [
        { model: 'trend/1h_v1', symbols: ['AAPL'] },
        { model: 'test/1h_v1', symbols: [] },
      ],
    },
    'GET /data': {
      bars: [
        { symbol: 'AAPL', timeframe: '1h' },
        { symbol: 'AAPL', timeframe: '1d' },
        { symbol: 'MSFT', timeframe: '1h' },
      ],
    },
    'GET /indicators': { indicators: [{ type: 'rsi', summary: 'Relative strength' }] },
    'GET /data/sources': { sources: [{ name: 'binance' }] },
    'GET /data/profiles': { profiles: [{ name: 'broker' }] },
    'GET /notifications': { webhooks: [{ id: 'wh_1', url: 'https://a.example/' }] },
    'GET /tokens': { tokens: [{ name: 'alice' }] },
  };
  for (const [route, data] of Object.entries(answers)) server.answers.set(route, () => ({ data }));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('candidates', () => {
  const of = async (...words: string[]): Promise<string[] | 'files'> => {
    const access = { baseUrl: server.url, token: null, ca: undefined };
    const names = apiNames(access, AbortSignal.timeout(30_000));
    const before = process.cwd();
    process.chdir(folder);
    try {
      const completion = await complete(await wholeTree(), words, names);
      return completion === 'files' ? completion : completion.map(({ value }) => value);
    } finally {
      process.chdir(before);
    }
  };

  test.each([
    [['mod'], ['models']],
    [['operations', 'c'], ['cancel']],
    [['operations', 'cancel', ''], ['op_dummy_1']],
    [['operations', 'retry', ''], ['op_dummy_2']],
    [['operations', 'resume', 'op_'], ['op_dummy_2']],
    [
      ['operations', 'show', ''],
      ['op_dummy_1', 'op_dummy_2'],
    ],
    [['operations', 'cancel', 'op_dummy_1', ''], []],
    [['operations', 'list', '--sta'], ['--status']],
    [['operations', 'list', '--status', 'fa'], ['failed']],
    [
      ['operations', 'list', '--status', 'failed,can'],
      ['failed,cancelling', 'failed,cancelled'],
    ],
    [['operations', 'list', '--status=fa'], ['--status=failed']],
    [['operations', 'list', '--status', '=', 'fa'], ['--status=failed']],
    [
      ['models', 'show', 't'],
      ['trend/1h_v1', 'test/1h_v1'],
    ],
    [['models', 'compare', 'trend/1h_v1', ''], ['test/1h_v1']],
    [
      ['models', 'predict', 'trend/1h_v1', '--symbol', ''],
      ['AAPL', 'MSFT'],
    ],
    [
      ['models', 'predict', 'trend/1h_v1', '--timeframe', '1'],
      ['1m', '15m', '1h', '1d', '1w'],
    ],
    [['models', 'backtest', 'trend/1h_v1', '--symbol', 'AAPL,M'], ['AAPL,MSFT']],
    [['models', 'train', 'str'], ['strategies/']],
    [['models', 'train', 'strategies/'], ['strategies/trend.yaml']],
    [['models', 'train', 'strategies/trend.yaml', 'M'], ['MSFT']],
    [['models', 'train', 'strategies/trend.yaml', 'MSFT', '4'], ['4h']],
    [['models', 'list', '--sort', 'e'], ['edge']],
    [['data', 'show', 'AA'], ['AAPL']],
    [['data', 'download', 'X', '--source', ''], ['binance']],
    [['data', 'import', 'x.csv', '--profile', ''], ['broker']],
    [['indicators', 'compute', ''], ['rsi']],
    [['token', 'revoke', ''], ['alice']],
    [['notify', 'test', ''], ['wh_1']],
    [['open', 'op_dummy_1'], ['op_dummy_1']],
    [['config', 'set', 'api'], ['api_url']],
    [['completion', 'z'], ['zsh']],
    [['data', 'import', ''], 'files'],
    [['strategies', 'migrate', ''], 'files'],
    [['models', 'backtest', 'trend/1h_v1', '--trades', ''], 'files'],
    [['models', 'backtest', 'trend/1h_v1', '--trades=x'], 'files'],
    [['config', 'set', 'ca_file', ''], 'files'],
    [['models', 'train', 'strategies/trend.yaml', '--seed', ''], []],
    [['nonsense', ''], []],
  ])('of %j: %j', async (words, expected) => {
    expect(await of(...words)).toEqual(expected);
  });

  test('of a name are none while the API does not answer', async () => {
    const access = { baseUrl: 'http://127.0.0.1:1', token: null, ca: undefined };
    const names = apiNames(access, AbortSignal.timeout(30_000));
    expect(await complete(await wholeTree(), ['models', 'show', ''], names)).toEqual([]);
  });

  test('completion does not wait for a slow API', async () => {
    const slow = await WireServer.start();
    slow.answers.set('GET /models', () => new Promise(() => {}));
    const names = apiNames({ baseUrl: slow.url, token: null, ca: undefined }, AbortSignal.timeout(50));
    expect(await complete(await wholeTree(), ['models', 'show', ''], names)).toEqual([]);
    await slow.close();
  });
});

/** Runs a script in a shell that finds `ktrdr`, the fake API and the strategy files. */
async function shell(name: string, args: string[]): Promise<string> {
  const { stdout } = await run(name, args, {
    cwd: folder,
    env: {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      KTRDR_API_URL: server.url,
    },
    timeout: 50_000,
  });
  return stdout;
}

describe('in bash', () => {
  const { test: bashTest } = requires(program('bash'));
  bashTest.each([
    ['ktrdr mod', ['models']],
    ['ktrdr models train strategies/', ['strategies/trend.yaml']],
    ['ktrdr operations list --status failed,cancelled', ['failed,cancelled']],
    ['ktrdr operations list --status=fai', ['failed']],
    ['ktrdr config set c', ['ca_file', 'color']],
    ['ktrdr operations cancel op', ['op_dummy_1']],
    // names of operations, and no files
    ['ktrdr operations cancel str', ['']],
  ])('%s', async (line, expected) => {
    // readline splits words at = too
    const words = line.replaceAll('=', ' = ').split(' ');
    const script = `source <(ktrdr completion bash)
      COMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}
      _ktrdr 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect((await shell('bash', ['--norc', '-c', script])).trimEnd().split('\n')).toEqual(expected);
  });
});

describe('in zsh', () => {
  requires(program('zsh')).test('completes words and offers their descriptions', async () => {
    // zsh completes only on a terminal: here compadd, which gets the candidates, prints them
    const script = `autoload -U compinit && compinit -u -D && source <(ktrdr completion zsh)
      compadd() { print -r -- "values \${values[*]}"; print -r -- "shown \${shown[*]}" }
      _files() { print files }
      try() { words=("$@") CURRENT=$#; \${_comps[ktrdr]} }
      try ktrdr operations cancel ''
      try ktrdr models train strategies/
      try ktrdr data import ''
      try ktrdr operations cancel nosuch`;
    expect((await shell('zsh', ['-f', '-c', script])).split('\n')).toEqual([
      'values op_dummy_1',
      expect.stringMatching(/^shown op_dummy_1 {2}running dummy/),
      'values strategies/trend.yaml',
      expect.stringMatching(/^shown strategies\/trend\.yaml/),
      'files',
      'values ',
      'shown ',
      '',
    ]);
  });
});

describe('in fish', () => {
  requires(program('fish')).test('completes words', async () => {
    const script = `ktrdr completion fish | source
      complete -C 'ktrdr models train strategies/'
      complete -C 'ktrdr operations cancel '
      complete -C 'ktrdr data import b'
      complete -C 'ktrdr operations cancel b'`;
    expect((await shell('fish', ['--no-config', '-c', script])).split('\n')).toEqual([
      expect.stringMatching(/^strategies\/trend\.yaml/),
      expect.stringMatching(/^op_dummy_1\trunning dummy/),
      'bin/',
      '',
    ]);
  });
});
