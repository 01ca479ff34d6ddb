import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiError } from '../src/cli-error.js';
import { readBrowser } from '../src/config.js';
import { readVersion } from '../src/own-files.js';
import { runCommandLine } from '../src/program.js';
import { SettingsFile } from '../src/settings-file.js';
import { nearestName } from '../src/suggestions.js';
import { type TestContext, testContext } from './test-context.js';
import { operation, WireServer } from './wire-server.js';

let server: WireServer;
let context: TestContext;
const run = (...args: string[]) => runCommandLine(context, args);

beforeEach(async () => {
  server = await WireServer.start();
  context = testContext(server.url);
});
afterEach(() => server.close());

describe('ktrdr doctor', () => {
  const report = (change: object = {}) => ({
    version: readVersion(),
    server_time: new Date(context.clock.now()).toISOString(),
    status: 'ok',
    checks: [
      { name: 'store', status: 'ok', summary: 'SQLite', advice: null },
      { name: 'gpu', status: 'absent', summary: 'no GPU', advice: null },
    ],
    ...change,
  });
  beforeEach(() => {
    server.answers.set('GET /caller', () => ({ data: { name: 'alice', role: 'operate' } }));
    server.answers.set('GET /doctor', () => ({ data: report() }));
  });

  test('shows both reports, and that there is nothing to do', async () => {
    expect(await run('doctor')).toBe(0);
    expect(context.stdout()).toMatch(/✔ token +alice, role operate\n/);
    expect(context.stdout()).toMatch(/✔ clock +the clocks .* agree\n/);
    expect(context.stdout()).toMatch(/✔ store +SQLite\n/);
    expect(context.stdout()).toMatch(/– gpu +no GPU\n/);
    expect(context.stdout()).toMatch(/Everything works\. There is nothing to do\.\n$/);
  });

  test('ends with what to do: problems first', async () => {
    const checks = [
      { name: 'gpu', status: 'warning', summary: 'no driver', advice: 'Install the driver.' },
      { name: 'folder', status: 'problem', summary: 'not writable', advice: 'Make it writable.' },
    ];
    const server_time = new Date(context.clock.now() + 90_000).toISOString();
    server.answers.set('GET /doctor', () => ({ data: report({ checks, server_time, version: '9.9.9' }) }));
    expect(await run('doctor')).toBe(1);
    expect(context.stdout()).toContain("the API's clock is 1m");
    expect(context.stdout()).toContain('the API is 9.9.9');
    expect(context.stdout()).toMatch(
      /1 problem, 3 warnings\. What to do:\n {2}1\. folder: Make it writable\.\n/,
    );
  });

  test('works while the API is down', async () => {
    await server.close();
    expect(await run('doctor')).toBe(1);
    expect(context.stdout()).toMatch(/✖ address .*does not answer/);
    expect(context.stdout()).toMatch(/1 problem\. What to do:\n {2}1\. address: npm start/);
    await server.listen();
  });

  test('an API without a route is of an earlier version: doctor and every other command say so', async () => {
    const missing = { status: 404, error: { code: 'not_found', message: 'There is no route.' } };
    server.answers.set('GET /caller', () => missing);
    server.answers.set('GET /notifications', () => missing);
    expect(await run('doctor')).toBe(1);
    expect(context.stdout()).toMatch(/What to do:\n {2}1\. address: update the API\n/);
    await expect(run('notify', 'list')).rejects.toThrow(
      'There is no route. The API may be older than ktrdr; compare them: ktrdr doctor',
    );
  });

  test('names a token that is not accepted, an API without a report, and a wrong setting', async () => {
    server.answers.set('GET /doctor', () => ({
      status: 404,
      error: { code: 'not_found', message: 'No route.' },
    }));
    expect(await run('doctor')).toBe(0);
    expect(context.stdout()).toContain('! report');
    server.answers.set('GET /caller', () => ({
      status: 401,
      error: { code: 'unauthenticated', message: '' },
    }));
    expect(await run('doctor')).toBe(1);
    expect(context.stdout()).toMatch(/✖ token .*needs an access token/);
    context.apiUrl = () => {
      throw new ApiError(400, { code: 'invalid_request', message: "KTRDR_API_URL is 'x'." });
    };
    expect(await run('doctor')).toBe(1);
    expect(context.stdout()).toMatch(/✖ settings +KTRDR_API_URL is 'x'/);
  });
});

describe('ktrdr open', () => {
  test.each([
    [[], '/'],
    [['op_1'], '/app/operations/op_1'],
    [['trend/1h_v1'], '/app/models/trend/1h_v1'],
  ])('--print of %j prints %s', async (words, path) => {
    expect(await run('open', ...words, '--print')).toBe(0);
    expect(context.stdout()).toBe(`${server.url}${path}\n`);
    expect(server.requests).toEqual([]);
  });

  test('an unknown operation is an error, and nothing is opened', async () => {
    await expect(run('open', 'op_0')).rejects.toMatchObject({ code: 'operation_not_found' });
  });

  test.each([
    ['linux', {}, null],
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', { WAYLAND_DISPLAY: 'w' }, 'xdg-open'],
    ['darwin', {}, 'open'],
    ['win32', {}, 'rundll32'],
  ] as const)('on %s with %j it starts %s', (platform, environment, command) => {
    expect(readBrowser(platform, environment)?.command ?? null).toBe(command);
  });
});

describe('ktrdr config', () => {
  let folder: string;
  let file: SettingsFile;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ktrdr-config-'));
    file = new SettingsFile(join(folder, 'ktrdr/config.json'));
    context.settingsFile = () => file;
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('set, get and unset change the file, and show says where a value comes from', async () => {
    expect(await run('config', 'set', 'ca_file', '/nowhere').catch((error: Error) => error.message)).toMatch(
      /ca_file .* is '\/nowhere', which is not a readable file/,
    );
    expect(await run('config', 'set', 'token_file', '/t')).toBe(0);
    expect(JSON.parse(await readFile(file.path, 'utf8'))).toEqual({ token_file: '/t' });
    expect(await run('config', 'show')).toBe(0);
    expect(context.stdout()).toMatch(/token_file +\/t +file\n/);
    expect(context.stdout()).toMatch(/color +\S+ +\S+\n/);
    expect(await run('config', 'unset', 'token_file')).toBe(0);
    expect(file.read()).toEqual({});
  });

  test('a misspelt setting is answered with the nearest, a wrong value with its reason', async () => {
    await expect(run('config', 'get', 'api-url')).rejects.toThrow('Did you mean api_url?');
    await expect(run('config', 'set', 'api_url', 'localhost:8000')).rejects.toThrow(
      'must be an http or https URL',
    );
    await expect(run('config', 'set', 'color', 'red')).rejects.toThrow(
      "'red' is not one of auto, always, never.",
    );
    expect(file.read()).toEqual({});
  });

  test.each(['{', '[]', '{"api_url": 1}', '{"colour": "never"}'])(
    'a file with %s is refused by name',
    async (text) => {
      await run('config', 'set', 'color', 'auto');
      await writeFile(file.path, text);
      await expect(run('config', 'show')).rejects.toThrow(
        /config\.json is not a file of ktrdr config.*Fix it or remove it/,
      );
    },
  );
});

describe('an unknown name', () => {
  const nearest = (
    code: 'model_not_found' | 'operation_not_found' | 'bars_not_found',
    message: string,
    ...words: string[]
  ) => nearestName(context, new ApiError(404, { code, message }), words);

  test('is answered with the nearest one that the API knows', async () => {
    server.answers.set('GET /models', () => ({ data: { models: [{ model: 'trend/1h_v1', symbols: [] }] } }));
    server.answers.set('GET /operations', () => ({
      data: { operations: [operation()], total_count: 1, active_count: 1 },
    }));
    server.answers.set('GET /data', () => ({ data: { bars: [{ symbol: 'AAPL', timeframe: '1h' }] } }));
    expect(
      await nearest('model_not_found', 'There is no model tend/1h_v1.', 'models', 'show', 'tend/1h_v1'),
    ).toBe('trend/1h_v1');
    const id = operation().operation_id.slice(0, -1);
    expect(
      await nearest('operation_not_found', `There is no operation ${id}.`, 'operations', 'show', id),
    ).toBe(operation().operation_id);
    expect(
      await nearest(
        'bars_not_found',
        'There are no bars of AAPPL.',
        'models',
        'predict',
        'm',
        '--symbol=AAPPL',
      ),
    ).toBe('AAPL');
    expect(
      await nearest('bars_not_found', 'There are no 5m bars of AAPL.', 'data', 'show', 'AAPL', '5m'),
    ).toBeNull();
  });

  test('is answered with nothing if the API does not answer, or has suggested one itself', async () => {
    expect(await nearest('model_not_found', 'No model x. Did you mean y?', 'models', 'show', 'x')).toBeNull();
    await server.close();
    expect(await nearest('model_not_found', 'No model x.', 'models', 'show', 'x')).toBeNull();
    await server.listen();
  });
});

test('a strategy file that is missing is answered with the nearest, also in the folder of the strategies', async () => {
  for (const typed of ['test_strategy', 'test_strategi.yaml', 'strategy/test_strategy.yml'])
    await expect(run('models', 'train', typed)).rejects.toThrow(
      `Did you mean ${join('strategies', 'test_strategy.yaml')}?`,
    );
  await expect(run('models', 'train', 'nothing_like_it.yaml')).rejects.toThrow(/\(looked in [^)]+\)\.$/);
});

test('a misspelt choice is answered with the nearest', async () => {
  expect(await run('models', 'list', '--sort', 'acuracy')).toBe(2);
  expect(context.stderr()).toContain('Did you mean accuracy?');
  expect(await run('oprations', 'list')).toBe(2);
  expect(context.stderr()).toMatch(/\(Did you mean operations\?\)\nFor help/);
});
