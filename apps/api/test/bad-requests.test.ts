import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationList, OperationStarted, StrategyList } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import fc from 'fast-check';
import { dataOf, Sandbox, until } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { refusal, refusalOf, sendRaw, type RawRequest } from './refusal.js';
import { QUICK, strategyText } from '@ktrdr/service-kit/testing';

/** Invalid requests and their error messages. All tests share one API, because no invalid request may harm it. */
let sandbox: Sandbox;
let api: TestService;
let bars: string[];

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  bars = (await readFile(join(sandbox.dataDir, 'AAPL_1h.csv'), 'utf8')).split('\n');
  await mkdir(sandbox.path('strategies', 'folder.yaml'), { recursive: true });
  await symlink('/nonexistent', sandbox.path('strategies', 'gone.yaml'));
  await writeFile(sandbox.path('strategies', 'pattern.yaml'), QUICK);
  await writeFile(sandbox.path('package.yaml'), QUICK);
  api = await sandbox.startApi('api', { STRATEGIES_DIR: sandbox.path('strategies') });
});

afterAll(async () => {
  await sandbox.close();
});

/** @returns code and message of the error for a JSON body */
function refusedBody(path: string, body: unknown): Promise<{ code: string; message: string }> {
  return refusal(api.url, { path, body: JSON.stringify(body) });
}

function refusedGet(path: string): Promise<{ code: string; message: string }> {
  return refusal(api.url, { method: 'GET', path });
}

/** What the tests read of the OpenAPI document. */
interface ApiDocument {
  paths: Record<
    string,
    Record<
      string,
      {
        requestBody?: { content: Record<string, { schema?: BodySchema }> };
        parameters?: { in: string; name: string }[];
      }
    >
  >;
  components: { schemas: Record<string, BodySchema> };
}
interface BodySchema {
  $ref?: string;
  properties?: Record<string, unknown>;
}

const TRAIN = '/trainings/start';
const CHECKPOINT = '/trainings/op_training_20261125T101500_k3f9/runs/1/checkpoint';
const BYTES = 'application/octet-stream';
const SAMPLE = '/data/sample';

describe('a malformed request', () => {
  const deep = `{"strategy":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const large = JSON.stringify({ strategy: '#'.repeat(2_100_000) });

  test.each<[string, RawRequest, string, RegExp]>([
    [
      'an unknown address',
      { method: 'GET', path: '/nosuch' },
      '404 not_found',
      /GET \/nosuch.*\/openapi\.json/,
    ],
    [
      'the wrong method',
      { method: 'PATCH', path: '/operations' },
      '404 not_found',
      /PATCH \/operations.*\/openapi\.json/,
    ],
    ['GET instead of POST', { method: 'GET', path: TRAIN }, '404 not_found', /GET \/trainings\/start/],
    ['an address with a broken %', { method: 'GET', path: '/operations/%zz' }, '400 invalid_request', /%25/],
    ['JSON that is cut off', { path: TRAIN, body: '{"strategy"' }, '400 invalid_request', /not valid JSON/],
    ['YAML instead of JSON', { path: TRAIN, body: 'name: x' }, '400 invalid_request', /not valid JSON/],
    ['a list', { path: TRAIN, body: '[]' }, '400 invalid_request', /JSON object: \{ \.\.\. \}/],
    ['a string', { path: TRAIN, body: '"x"' }, '400 invalid_request', /JSON object/],
    ['null', { path: TRAIN, body: 'null' }, '400 invalid_request', /JSON object/],
    ['a deeply nested body', { path: TRAIN, body: deep }, '400 invalid_request', /at most 16 levels/],
    [
      'a body that is too large',
      { path: TRAIN, body: large },
      '413 payload_too_large',
      /at most 2,097,152 bytes/,
    ],
    [
      'a form',
      { path: TRAIN, body: 'strategy_name=pattern', type: 'application/x-www-form-urlencoded' },
      '415 unsupported_media_type',
      /content-type: application\/json, not "application\/x-www-form-urlencoded"/,
    ],
    [
      'plain text',
      { path: TRAIN, body: '{}', type: 'text/plain' },
      '415 unsupported_media_type',
      /"text\/plain"/,
    ],
    [
      'a body without a content type',
      { path: TRAIN, body: '{}', type: null },
      '415 unsupported_media_type',
      /application\/json/,
    ],
    [
      'bytes instead of JSON',
      { path: TRAIN, body: '{}', type: BYTES },
      '415 unsupported_media_type',
      /application\/json/,
    ],
    [
      'bytes of an unknown operation',
      { method: 'PUT', path: CHECKPOINT, body: 'x', type: BYTES },
      '404 delivery_not_found',
      /secret of that delivery/,
    ],
    [
      'a run that is not a number',
      { method: 'PUT', path: CHECKPOINT.replace('/1/', '/one/'), body: 'x', type: BYTES },
      '404 delivery_not_found',
      /secret of that delivery/,
    ],
    ['no body', { path: TRAIN }, '400 invalid_request', /has no strategy\. Send its text as strategy/],
    ['an empty body', { path: TRAIN, body: '' }, '400 invalid_request', /no strategy/],
  ])('%s', async (_what, request, code, message) => {
    expect(await refusal(api.url, request)).toEqual({ code, message: expect.stringMatching(message) });
  });
});

describe('options of a training', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['an unknown option', { epochs: 5 }, /unknown option "epochs"/],
    ['a property of every object', { constructor: 5 }, /unknown option "constructor"/],
    ['a strategy that is not a string', { strategy: { name: 'x' } }, /strategy must be a string/],
    [
      'both strategies',
      { strategy: QUICK, strategy_name: 'pattern' },
      /one of strategy and strategy_name, not both/,
    ],
    [
      'a file name of 4097 characters',
      { strategy_file: 'x'.repeat(4097) },
      /strategy_file must have at most 4096/,
    ],
    ['symbols as a string', { symbols: 'AAPL' }, /symbols must be a list/],
    ['symbols that are numbers', { symbols: [1] }, /each of symbols must be a string/],
    ['no symbols', { symbols: [] }, /symbols must not be empty/],
    [
      '101 symbols',
      { symbols: Array.from({ length: 101 }, (_, i) => `S${i}`) },
      /symbols must have at most 100 entries/,
    ],
    ['a seed as a string', { seed: '1' }, /seed must be a whole number/],
    ['a negative seed', { seed: -1 }, /seed must be at least 0/],
    ['a walk-forward of one fold', { walk_forward: 1 }, /walk_forward must be at least 2/],
    ['too many folds', { walk_forward: 21 }, /walk_forward must be at most 20/],
    ['a fractional number of folds', { walk_forward: 2.5 }, /walk_forward must be a whole number/],
    [
      'a window of no bars',
      { walk_forward: 2, walk_forward_window: 0 },
      /walk_forward_window must be at least 1/,
    ],
    ['a window without folds', { walk_forward_window: 100 }, /walk_forward_window needs walk_forward/],
    ['a negative gap', { walk_forward: 2, walk_forward_gap: -1 }, /walk_forward_gap must be at least 0/],
    [
      'a gap without folds',
      { walk_forward: null, walk_forward_gap: 5 },
      /walk_forward_gap needs walk_forward/,
    ],
    ['a seed that is too large', { seed: 4_294_967_296 }, /seed must be at most 4294967295/],
    ['one of several seeds', { seeds: 1 }, /seeds must be at least 2/],
    ['too many seeds', { seeds: 21 }, /seeds must be at most 20/],
    ['a validation split of 0', { validation_split: 0 }, /validation_split must be above 0/],
    ['a validation split of 1', { validation_split: 1 }, /validation_split must be below 1/],
    ['yes instead of true', { dry_run: 'yes' }, /dry_run must be true or false/],
    ['a task id with spaces', { task_id: 'a b' }, /task_id must be up to 128 letters, digits/],
  ])('%s', async (_what, options, message) => {
    expect(await refusedBody(TRAIN, { strategy: QUICK, ...options })).toEqual({
      code: '400 invalid_request',
      message: expect.stringMatching(message),
    });
  });

  test('null counts as missing', async () => {
    const names = ['strategy_file', 'symbols', 'timeframes', 'start_date', 'end_date', 'validation_split'];
    const more = [
      'data_mode',
      'detailed_analytics',
      'walk_forward',
      'walk_forward_window',
      'walk_forward_gap',
      'seed',
      'seeds',
      'dry_run',
      'task_id',
      'strategy_name',
    ];
    const options = Object.fromEntries([...names, ...more].map((name) => [name, null]));
    const { message } = await refusedBody(TRAIN, { ...options, strategy: 'name: x' });
    expect(message).toMatch(/^strategy\.yaml has 2 errors:\nstrategy\.yaml:1:1 indicators: is missing/);
  });
});

describe('queries', () => {
  test.each([
    ['limit=0', /limit must be at least 1/],
    ['limit=1001', /limit must be at most 1000/],
    ['limit=ten', /limit must be a whole number/],
    ['limit=1.5', /limit must be a whole number/],
    ['limit=', /limit must be a whole number/],
    ['offset=', /offset must be a whole number/],
    ['status=', /status must be one or several of/],
    ['type=', /type must be one or several of/],
    ['limit=1&limit=2', /"limit" is given more than once/],
    ['offset=-1', /offset must be at least 0/],
    ['offset=x', /offset must be a whole number/],
    [
      'status=nosuch',
      /status must be one or several of .*pending, running, cancelling, completed, failed, cancelled/,
    ],
    ['type=nosuch', /type must be one or several of .*training, backtest.*, dummy/],
    ['colour=red', /unknown option "colour"/],
    ['__proto__=1', /unknown option "__proto__"/],
  ])('/operations?%s', async (query, message) => {
    expect(await refusedGet(`/operations?${query}`)).toEqual({
      code: '400 invalid_request',
      message: expect.stringMatching(message),
    });
  });
});

describe('nothing is removed or changed by default', () => {
  test.each([
    ['', /older_than_days must be a number/],
    ['?', /older_than_days must be a number/],
    ['?older_than_days', /older_than_days must be a number/],
    ['?older_than_days=', /older_than_days must be a number/],
    ['?older_than_days=%20', /older_than_days must be a number/],
    ['?older_than_days=null', /older_than_days must be a number/],
    ['?older_than_days=false', /older_than_days must be a number/],
    ['?older_than_days=0x0', /older_than_days must be a number/],
    ['?older_than_days=1e3', /older_than_days must be a number/],
    ['?older_than_days=-1', /older_than_days must be at least 0/],
    ['?older_than_days=0&older_than_days=0', /"older_than_days" is given more than once/],
    ['?older_than_days[]=0', /unknown option "older_than_days\[\]"/],
    ['?OLDER_THAN_DAYS=0', /unknown option "OLDER_THAN_DAYS"/],
  ])('DELETE /operations%s', async (query, message) => {
    expect(await refusal(api.url, { method: 'DELETE', path: `/operations${query}` })).toEqual({
      code: '400 invalid_request',
      message: expect.stringMatching(message),
    });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [SAMPLE, { symbol: 'AAPL', timeframe: '1h', overwrite: '' }, /overwrite must be true or false/],
    [SAMPLE, { symbol: 'AAPL', timeframe: '1h', seed: '' }, /seed must be a whole number/],
    ['/operations/nosuch/cancel', { force: '' }, /force must be true or false/],
    ['/operations/nosuch/resume', { force: true }, /unknown option "force"/],
    [TRAIN, { strategy: QUICK, priority: '' }, /priority must be one of/],
    [TRAIN, { strategy: QUICK, user: '' }, /user must be/],
    [TRAIN, { strategy: QUICK, task_id: '' }, /task_id must be/],
    [TRAIN, { strategy: QUICK, strategy_file: '' }, /strategy_file must not be empty/],
  ])('POST %s %j', async (path, body, message) => {
    expect(await refusedBody(path, body)).toEqual({
      code: '400 invalid_request',
      message: expect.stringMatching(message),
    });
  });

  test('an empty POST from another origin', async () => {
    const headers = { origin: 'https://evil.example' };
    const answer = await fetch(`${api.url}/dummy/start`, { method: 'POST', headers });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: 'origin_not_allowed' } });
  });
});

/** `../package` would find a strategy file if the path were followed. */
const NAMES_THAT_LEAD_OUT = [
  '../package',
  '..%2fpackage',
  '..\\package',
  '/etc/passwd',
  'pattern/../../package',
  'pattern\0',
  'pattern%00',
  '.',
  '..',
  '.pattern',
  '.pattern..x',
  '',
  ' pattern',
  'päckage',
  'x'.repeat(5_000),
];

describe.each([
  ['strategy_name', TRAIN, (name: string) => ({ strategy_name: name })],
  ['symbols', TRAIN, (name: string) => ({ strategy: QUICK, symbols: [name] })],
  ['timeframes', TRAIN, (name: string) => ({ strategy: QUICK, timeframes: [name] })],
  ['symbol of a sample', SAMPLE, (name: string) => ({ symbol: name, timeframe: '1h' })],
  ['timeframe of a sample', SAMPLE, (name: string) => ({ symbol: 'AAPL', timeframe: name })],
])('CVE-2026-53995: a name that could lead out of its folder, given as %s', (_what, path, body) => {
  test.each(NAMES_THAT_LEAD_OUT.map((name) => [JSON.stringify(name).slice(0, 30), name]))(
    '%s',
    async (_shown, name) => {
      const { code, message } = await refusedBody(path, body(name));
      expect(code).toBe('400 invalid_name');
      expect(message).toMatch(/letters, digits|one of 1m, 5m/);
      expect(message.length).toBeLessThan(300);
    },
  );
});

describe('names in requests', () => {
  const SECRET = 'canary-c0ffee';
  const STARTS: Record<string, object> = {
    '/trainings/start': { strategy: QUICK, symbols: ['NOSUCH'] },
    '/indicators/compute': { symbol: 'AAPL', timeframe: '1h', type: 'rsi' },
    '/data/sample': { symbol: 'MSFT', timeframe: '1d' },
    '/strategies/validate': { strategy: QUICK },
  };

  test('CVE-2026-2614: no text of any request is a path or an address that is read', async () => {
    const file = sandbox.path('canary.txt');
    await writeFile(file, SECRET);
    const { paths, components } = (await (await fetch(`${api.url}/openapi.json`)).json()) as ApiDocument;
    const answers: string[] = [];
    let sent = 0;
    for (const value of [file, `file://${file}`]) {
      for (const [path, routes] of Object.entries(paths)) {
        const address = path.replaceAll(/\{\w+\}/g, encodeURIComponent(value));
        for (const [method, { requestBody, parameters = [] }] of Object.entries(routes)) {
          const schema = requestBody?.content['application/json']?.schema;
          const named = components.schemas[schema?.$ref?.split('/').at(-1) ?? ''] ?? schema;
          const bodies = Object.keys(named?.properties ?? {}).map((field) =>
            JSON.stringify({ ...STARTS[path], [field]: value }),
          );
          const queries = parameters.filter((parameter) => parameter.in === 'query');
          const asked = [
            address,
            ...queries.map(({ name }) => `${address}?${name}=${encodeURIComponent(value)}`),
          ];
          if (path.endsWith('/events')) continue;
          for (const body of bodies.length > 0 ? bodies : [undefined])
            for (const line of asked) {
              sent += 1;
              const { status, text } = await sendRaw(api.url, {
                method: method.toUpperCase(),
                path: line,
                body,
              });
              expect({ line, body, status }).not.toMatchObject({ status: 500 });
              answers.push(text);
            }
        }
      }
    }
    expect(sent).toBeGreaterThan(100);
    answers.push(
      (await sendRaw(api.url, { method: 'GET', path: '/operations?limit=1000' })).text,
      api.output,
    );
    expect(answers.filter((text) => text.includes(SECRET))).toEqual([]);
  });

  const evil = (): string => sandbox.path('evil.mjs');
  test.each([
    'rsi',
    'macd',
    'mlp',
    'relu',
    'classification',
    'zigzag',
    'supervised',
    'zscore',
    'single',
    'all',
  ])('CVE-2026-68771: a name in place of %s loads nothing and calls nothing', async (known) => {
    await writeFile(evil(), `import { writeFileSync } from 'node:fs'; writeFileSync('${evil()}.ran', '');`);
    for (const name of [
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      'node:fs',
      evil(),
      `file://${evil()}`,
      '../evil.mjs',
      '!!js/function "x"',
    ]) {
      const quoted = name.startsWith('!!') ? name : JSON.stringify(name);
      const strategy = QUICK.replace(new RegExp(`: ${known}\\b`), `: ${quoted}`);
      expect(strategy).not.toBe(QUICK);
      const { code } = await refusedBody(TRAIN, { strategy });
      expect({ name, code }).toEqual({ name, code: '422 strategy_invalid' });
    }
    expect((await readdir(sandbox.path())).filter((file) => file.endsWith('.ran'))).toEqual([]);
  });

  test.each([
    ['CVE-2026-68771: an engine', { engine: '../evil.mjs' }],
    ['CVE-2026-68771: a priority', { priority: 'constructor' }],
  ])('%s is one of a list', async (_what, option) => {
    expect((await refusedBody(TRAIN, { strategy: QUICK, ...option })).code).toBe('400 invalid_request');
  });

  test.each(['constructor', '__proto__', 'toString', '../evil.mjs'])(
    'CVE-2026-68771: %s is no indicator and no parameter of one',
    async (name) => {
      const asked = { symbol: 'AAPL', timeframe: '1h' };
      expect((await refusedBody('/indicators/compute', { ...asked, type: name })).code).toMatch(/^4/);
      const params = JSON.parse(`{"${name}":3}`) as object;
      const { code } = await refusal(api.url, {
        path: '/indicators/compute',
        body: `{"symbol":"AAPL","timeframe":"1h","type":"rsi","params":${JSON.stringify(params)}}`,
      });
      expect(code).toMatch(/^4/);
    },
  );
});

describe('an address that could lead out of a folder', () => {
  test.each([
    ['/models/..%2f..%2fetc/1h_v1', '400 invalid_name'],
    ['/models/%2e%2e/1h_v1', '400 invalid_name'],
    ['/models/..%5c../1h_v1', '400 invalid_name'],
    ['/models/pattern%00/1h_v1', '400 invalid_name'],
    ['/models/pattern/..%2f..%2fpackage', '400 invalid_name'],
    ['/models/pattern/1h_v0', '400 invalid_name'],
    [`/models/${'x'.repeat(200)}/1h_v1`, '400 invalid_name'],
    [`/models/${'x'.repeat(5_000)}/1h_v1`, '400 invalid_request'],
    ['/models/../../etc/passwd', '404 not_found'],
    ['/operations/..%2f..%2fetc', '404 operation_not_found'],
    ['/operations/%00', '404 operation_not_found'],
    ['/docs/../package.json', '404 not_found'],
    ['/docs/..%2f..%2fpackage.json', '404 not_found'],
    ['/assets/..%2f..%2f..%2fpackage.json', '404 not_found'],
    ['/assets/%2e%2e/index.html', '404 not_found'],
  ])('%s', async (path, code) => {
    expect((await refusedGet(path)).code).toBe(code);
  });
});

describe('a missing resource', () => {
  test.each<[string, RawRequest & { json?: unknown }, string, RegExp]>([
    [
      'a strategy',
      { path: TRAIN, json: { strategy_name: 'nosuch' } },
      '404 strategy_not_found',
      /ktrdr strategies list/,
    ],
    [
      'a symbol',
      { path: TRAIN, json: { strategy: QUICK, symbols: ['TSLA'] } },
      '404 bars_not_found',
      /TSLA_1h\.csv is not in .*Available bars: AAPL 1h.*ktrdr data sample TSLA 1h/,
    ],
    [
      'a timeframe of an existing symbol',
      { path: TRAIN, json: { strategy: QUICK, timeframes: ['4h'] } },
      '404 bars_not_found',
      /AAPL_4h\.csv is not in .*ktrdr data sample AAPL 4h/,
    ],
    [
      'a data mode',
      { path: TRAIN, json: { strategy: QUICK, data_mode: 'live' } },
      '400 unsupported_data_mode',
      /^data_mode must be "local" \(the bars of the data folder\)\. "live" does not exist yet\.$/,
    ],
    ['a model', { method: 'GET', path: '/models/pattern/1h_v1' }, '404 model_not_found', /ktrdr models list/],
    [
      'an operation',
      { method: 'GET', path: '/operations/nosuch' },
      '404 operation_not_found',
      /ktrdr operations list/,
    ],
    ['its events', { method: 'GET', path: '/operations/nosuch/events' }, '404 operation_not_found', /nosuch/],
    ['an operation to cancel', { path: '/operations/nosuch/cancel' }, '404 operation_not_found', /nosuch/],
  ])('%s', async (_what, { json, ...request }, code, message) => {
    const body = json === undefined ? undefined : JSON.stringify(json);
    expect(await refusal(api.url, { ...request, body })).toEqual({
      code,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['folder', 'is a folder, not a file'],
    ['gone', 'is a symbolic link'],
  ])('an unreadable strategy: %s', async (strategy_name, reason) => {
    expect(await refusedBody(TRAIN, { strategy_name })).toEqual({
      code: '422 strategy_invalid',
      message: expect.stringMatching(`^${strategy_name}\\.yaml in .* ${reason}`),
    });
    const { strategies } = dataOf(await api.get<StrategyList>('/strategies'));
    expect(strategies.map(({ file, valid }) => [file, valid])).toEqual([
      ['folder.yaml', false],
      ['gone.yaml', false],
      ['pattern.yaml', true],
    ]);
  });
});

describe.each([
  ['a training', TRAIN, { strategy: QUICK }],
  ['a sample', SAMPLE, { symbol: 'NEW', timeframe: '1h' }],
])('dates of %s', (_what, path, body) => {
  test.each<[string, object, string, RegExp]>([
    ['reversed', { start_date: '2024-03-01', end_date: '2024-01-01' }, 'invalid_date_range', /swap them/],
    ['a day that does not exist', { start_date: '2024-02-31' }, 'invalid_date', /2024-02 has 29 days/],
    ['a month that does not exist', { end_date: '2024-13-01' }, 'invalid_date', /months go from 01 to 12/],
    ['a word', { start_date: 'yesterday' }, 'invalid_date', /write it as 2024-01-31/],
    ['an empty string', { end_date: '' }, 'invalid_date', /write it as 2024-01-31/],
    ['a year of six digits', { start_date: '+275760-09-13' }, 'invalid_date', /write it as 2024-01-31/],
    ['a very long string', { start_date: '2024'.repeat(2_000) }, 'invalid_date', /^.{0,250}$/],
  ])('%s', async (_case, dates, code, message) => {
    expect(await refusedBody(path, { ...body, ...dates })).toEqual({
      code: `400 ${code}`,
      message: expect.stringMatching(message),
    });
  });
});

describe('a sample', () => {
  test.each<[string, object, string, RegExp]>([
    [
      'over an existing file',
      { symbol: 'AAPL', timeframe: '1h' },
      '409 bars_exist',
      /AAPL_1h\.csv .*--overwrite/,
    ],
    [
      'with too many bars',
      { symbol: 'NEW', timeframe: '1m', start_date: '1990-01-01', end_date: '2020-01-01' },
      '400 invalid_date_range',
      /[0-9,]+ bars; a sample has at most 2,000,000/,
    ],
    [
      'of a weekend',
      { symbol: 'NEW', timeframe: '1d', start_date: '2024-03-02', end_date: '2024-03-03' },
      '422 no_bars_in_range',
      /close at weekends.*longer range/,
    ],
    [
      'of the real S&P 500 outside its range',
      { symbol: 'SP500', timeframe: '1d', start_date: '2050-01-01' },
      '422 no_bars_in_range',
      /5,105 bars from 2000-01-03 to 2020-04-17/,
    ],
    [
      'with an invalid seed',
      { symbol: 'NEW', timeframe: '1h', seed: 0.5 },
      '400 invalid_request',
      /seed must be a whole number/,
    ],
    ['without options', {}, '400 invalid_request', /symbol must be a string; timeframe must be a string/],
  ])('%s is rejected', async (_what, body, code, message) => {
    expect(await refusedBody(SAMPLE, body)).toEqual({ code, message: expect.stringMatching(message) });
    expect(await readdir(sandbox.dataDir)).toEqual(['AAPL_1h.csv']);
  });
});

describe('a strategy with errors', () => {
  /** @returns `line:column` of a string inside a text */
  function placeOf(text: string, part: string): string {
    const before = text.slice(0, text.indexOf(part)).split('\n');
    return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
  }

  test('gives all errors, each with its line and column', async () => {
    const text = QUICK.replace('period: 14', 'period: fourteen')
      .replace('epochs: 3', 'epochs: 1000000000')
      .replace('[16, 8]', '[16, 10000000]')
      .replace('indicator: rsi_14', 'indicator: rsi_99')
      .replace('source: zigzag', 'source: horoscope');
    const { code, message } = await refusedBody(TRAIN, { strategy: text, strategy_file: 'mine.yaml' });
    expect(code).toBe('422 strategy_invalid');
    const parts = ['fourteen', 'rsi_99', '10000000]', 'horoscope', '1000000000\n'];
    const places = parts.map((part) => `mine.yaml:${placeOf(text, part)}`);
    const [title, ...lines] = message.split('\n');
    expect(title).toBe('mine.yaml has 5 errors:');
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual(places);
  });

  test.each<[string, string, RegExp]>([
    [
      'a billion epochs',
      strategyText({ epochs: 1_000_000_000 }),
      /epochs: is 1000000000; .* from 1 to 100000/,
    ],
    [
      'a layer of ten million units',
      strategyText({ epochs: 1, layers: [10_000_000] }),
      /hidden_layers\[0\]: is 10000000; .* from 1 to 4096/,
    ],
    [
      'a network with too many parameters',
      strategyText({ epochs: 1, layers: [4_096, 4_096, 4_096, 4_096, 4_096] }),
      /67,?1[0-9]{2},?[0-9]{3}.*50,?000,?000/,
    ],
    ['a hundred layers', strategyText({ epochs: 1, layers: Array(100).fill(8) as number[] }), /100.*16/],
    [
      'a batch that is too large',
      strategyText({ epochs: 1, batchSize: 1e9 }),
      /batch_size: is 1000000000; .*65536/,
    ],
    ['an empty file', '', /the file is empty/],
    ['invalid YAML', '{{{', /strategy\.yaml:1:[0-9]+: .*YAML/],
    ['YAML that is not a map', 'just text', /a strategy is a map/],
    ['a file that contains itself', 'a: &a [*a]', /contains itself/],
    ['ten thousand levels', '['.repeat(10_000), /at most 64 levels/],
    [
      'twenty thousand unknown keys',
      Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'),
      /indicators: is missing/,
    ],
  ])('%s', async (_what, strategy, message) => {
    expect(await refusedBody(TRAIN, { strategy })).toEqual({
      code: '422 strategy_invalid',
      message: expect.stringMatching(message),
    });
  });
});

test('no rejected request created an operation', async () => {
  expect(dataOf(await api.get<OperationList>('/operations'))).toMatchObject({
    total_count: 0,
    active_count: 0,
  });
});

describe('unusable bars fail the operation, and the message names the position', () => {
  const edited = (line: number, column: number, value: string) => (): string[] => {
    const cells = bars[line - 1]?.split(',') ?? [];
    cells[column] = value;
    return bars.with(line - 1, cells.join(','));
  };

  test.each<[string, string, () => string[], object, string, RegExp]>([
    [
      'NaN',
      'NAN',
      edited(100, 2, 'NaN'),
      {},
      'bars_invalid',
      /^NAN_1h\.csv:100: high "NaN" is not a finite number$/,
    ],
    [
      'Infinity',
      'INF',
      edited(7, 4, 'Infinity'),
      {},
      'bars_invalid',
      /^INF_1h\.csv:7: close "Infinity" is not a finite/,
    ],
    [
      'only a header',
      'EMPTY',
      () => bars.slice(0, 2),
      {},
      'bars_invalid',
      /^EMPTY_1h\.csv:2: there are no bars after the header$/,
    ],
    [
      'no bars in the range',
      'LATER',
      () => bars,
      { start_date: '2031-01-01', end_date: '2031-02-01' },
      'no_bars_in_range',
      /LATER_1h\.csv has [0-9,]+ bars from 2024-01-02T14:00:00Z to 2024-06-28T20:00:00Z/,
    ],
    [
      'too few bars in the range',
      'FEW',
      () => bars,
      { start_date: '2024-03-04', end_date: '2024-03-05' },
      'not_enough_bars',
      /training needs [0-9]+ rows and there (is|are) [0-9]+.*2024-/,
    ],
  ])('%s', async (_what, symbol, lines, dates, code, message) => {
    await writeFile(join(sandbox.dataDir, `${symbol}_1h.csv`), lines().join('\n'));
    const id = await api.startTraining({ strategy: QUICK, symbols: [symbol], dry_run: true, ...dates });
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', result: null, error: { code } });
    expect(operation.error?.message).toMatch(message);
  });

  test('a folder instead of a file is rejected immediately', async () => {
    await mkdir(join(sandbox.dataDir, 'FOLDER_1h.csv'));
    expect(await refusedBody(TRAIN, { strategy: QUICK, symbols: ['FOLDER'] })).toEqual({
      code: '422 bars_invalid',
      message: expect.stringMatching(/^FOLDER_1h\.csv in .* is a folder, not a file\.$/),
    });
  });
});

describe('cancelling', () => {
  test('an ended operation gives 409 with its status', async () => {
    const started = await api.post<OperationStarted>('/dummy/start', {
      duration_seconds: 0.001,
      iterations: 1,
    });
    const { operation_id } = dataOf(started);
    await api.untilEnded(operation_id);
    expect(await refusedBody(`/operations/${operation_id}/cancel`, {})).toEqual({
      code: '409 operation_ended',
      message: `Operation ${operation_id} has ended (completed): there is nothing to cancel.`,
    });
  });

  test.each([
    ['a reason that is not a string', { reason: 5 }, /reason must be/],
    ['a reason that is too long', { reason: 'x'.repeat(1_001) }, /1000 characters/],
    ['yes instead of true', { force: 'yes' }, /force must be true or false/],
    ['an unknown option', { now: true }, /unknown option "now"/],
  ])('%s', async (_what, body, message) => {
    expect(await refusedBody('/operations/nosuch/cancel', body)).toEqual({
      code: '400 invalid_request',
      message: expect.stringMatching(message),
    });
  });
});

describe('no request holds the event loop', () => {
  const lines = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('\n');

  test.each<[string, string, Record<string, unknown>]>([
    [
      'a strategy of many values',
      '/strategies/validate',
      { strategy: lines(20_000, (i) => `k${i}: !foo 1`) },
    ],
    ['a strategy of blank lines', '/strategies/migrate', { strategy: `a:${lines(1_000_000, () => '')}` }],
    ['a strategy of many symbols', TRAIN, { strategy: `a: [${lines(60_000, (i) => `S${i},`)}]` }],
    [
      'bars of 36 years',
      SAMPLE,
      { symbol: 'LONG', timeframe: '1h', start_date: '1990-01-01', overwrite: true },
    ],
    ['an indicator on them', '/indicators/compute', { symbol: 'LONG', timeframe: '1h', type: 'ichimoku' }],
  ])('%s', async (_what, path, body) => {
    const send = (): Promise<unknown> => api.post(path, body);
    // compiled on the first run
    await send();
    // the least of some tries: other work of the machine can hold the loop too
    let heldMs = Infinity;
    for (let tries = 0; tries < 5 && heldMs >= 100; tries += 1) {
      heldMs = Math.min(heldMs, (await api.loop.during(send)).heldMs);
    }
    // half a second and more beside other requests
    expect(heldMs).toBeLessThan(100);
  });
});

test('the document describes every field and parameter of a request, and the errors of every route', async () => {
  interface Field {
    type?: string;
    enum?: unknown[];
    anyOf?: unknown[];
    $ref?: string;
  }
  interface Route {
    operationId: string;
    parameters?: { name: string; schema: Field & { maxLength?: number; pattern?: string } }[];
    requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
    responses: Record<string, unknown>;
  }
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Route>>;
    components: {
      schemas: Record<string, { properties?: Record<string, Field>; additionalProperties?: unknown }>;
    };
  };
  const isDescribed = (field: Field): boolean =>
    [field.type, field.enum, field.anyOf, field.$ref].some((part) => part !== undefined);
  for (const [method, route] of Object.values(document.paths).flatMap((path) => Object.entries(path))) {
    const where = route.operationId;
    const errors = ['400', '403', '429', '500', '503', ...(method === 'get' ? [] : ['408', '413', '415'])];
    expect({ where, responses: Object.keys(route.responses) }).toEqual({
      where,
      responses: expect.arrayContaining(errors),
    });
    for (const { name, schema } of route.parameters ?? []) {
      expect({ where, name, described: isDescribed(schema) }).toEqual({ where, name, described: true });
      if (schema.type !== 'string') continue;
      const isBounded = [schema.maxLength, schema.pattern, schema.enum].some((bound) => bound !== undefined);
      expect({ where, name, isBounded }).toEqual({ where, name, isBounded: true });
    }
    const reference = route.requestBody?.content['application/json']?.schema.$ref;
    if (reference === undefined) continue;
    const body = document.components.schemas[reference.split('/').at(-1) ?? ''];
    expect({ where, more: body?.additionalProperties }).toEqual({ where, more: false });
    expect(Object.keys(body?.properties ?? {}).length).toBeGreaterThan(0);
    for (const [name, field] of Object.entries(body?.properties ?? {}))
      expect({ where, name, described: isDescribed(field) }).toEqual({ where, name, described: true });
  }
});

describe('a random request', () => {
  const options =
    'strategy strategy_name strategy_file symbols timeframes start_date end_date seed seeds validation_split walk_forward walk_forward_window walk_forward_gap data_mode ' +
    'detailed_analytics dry_run task_id symbol timeframe reason force iterations __proto__ toString';
  const option = fc.constantFrom(...options.split(' '));
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      QUICK,
      'pattern',
      'AAPL',
      '1h',
      '2024-01-01',
      ['AAPL'],
      ['1h'],
      null,
      1e308,
      -0,
      '\u0000',
    ),
  );
  const body = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .dictionary(fc.oneof(option, fc.string()), value, { maxKeys: 5 })
        .map((it) => JSON.stringify(it)),
    },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const segment = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 20 })
    .map((text) => encodeURIComponent(text));
  const request = fc.oneof<fc.Arbitrary<RawRequest>[]>(
    fc.record({
      path: fc.constantFrom(TRAIN, '/dummy/start', SAMPLE, '/strategies/validate', '/operations/op_x/cancel'),
      body,
    }),
    fc.record({
      method: fc.constantFrom('GET', 'POST'),
      path: fc
        .tuple(fc.constantFrom('/models', '/operations', '/docs', '/assets', ''), segment, segment)
        .map((segments) => segments.join('/')),
    }),
  );

  test('never gives a server error or internal details', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (sent) => {
        const answer = await sendRaw(api.url, sent);
        if (answer.status === 200) expect(JSON.parse(answer.text)).toMatchObject({ success: true });
        else refusalOf(answer);
      }),
      { numRuns: 100 },
    );
  });
});

test('the tests above leave no process, file or running operation', async () => {
  const { operations } = dataOf(await api.get<OperationList>('/operations?limit=1000'));
  const running = operations.filter(({ completed_at }) => completed_at === null);
  await Promise.all(running.map(({ operation_id }) => api.post(`/operations/${operation_id}/cancel`)));
  await until(
    'the end of the started operations',
    async () => dataOf(await api.get<OperationList>('/operations')).active_count,
    (count) => count === 0,
  );
  expect((await api.get('/health')).status).toBe(200);
  expect(await sandbox.trainers()).toEqual([]);
  expect(await readdir(sandbox.path())).toEqual(
    expect.arrayContaining(['data', 'package.yaml', 'strategies']),
  );
  expect(api.output).not.toContain('"context":"Errors"');
});
