import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { HealthReport } from '@ktrdr/contracts';
import { QUICK, ROOT, Sandbox, type ProcessEnd, type TestService, until } from '@ktrdr/service-kit/testing';
import { refusal } from './refusal.js';

/** A service that cannot start prints one line that says what to do, without a stack, and exits with 1. */
let sandbox: Sandbox;
let taken: Server;

/** Number of concurrent starts; each loads a whole service. */
const AT_A_TIME = 3;

const FILE = import.meta.filename;
const BUSY = 'a port that is in use';
/** Settings of the start itself, not of the service. */
const FILES = 'ulimit -n';

/** Test name, service, settings, and the expected line. */
const REFUSALS: [string, 'api' | 'training-host', Record<string, string>, RegExp][] = [
  [
    BUSY,
    'api',
    {},
    /^Port [0-9]+ on 127\.0\.0\.1 is in use; .*Stop the other program, .*: PORT=[0-9]+ npm start$/,
  ],
  [BUSY, 'training-host', {}, /^Port [0-9]+ on 127\.0\.0\.1 is in use; .*: PORT=[0-9]+ npm run host$/],
  [
    'neither yes nor no',
    'api',
    { USE_TRAINING_HOST_SERVICE: 'perhaps' },
    /^The setting USE_TRAINING_HOST_SERVICE=perhaps is not valid: it must be true or false\.$/,
  ],
  [
    'CVE-2022-30034: an address that others can reach, without a token',
    'api',
    { HOST: '0.0.0.0' },
    /^With the setting HOST=0\.0\.0\.0 other machines can reach the API, .* ktrdr token create --role admin --name NAME .* npm start -- token create --role admin --name NAME$/,
  ],
  [
    'a port that is published for others, without a token',
    'api',
    { PUBLISH_ADDRESS: '192.0.2.7' },
    /^With the setting PUBLISH_ADDRESS=192\.0\.2\.7 other machines can reach the API, /,
  ],
  [
    'a proxy in front, without a token',
    'api',
    { TRUSTED_PROXIES: '127.0.0.1' },
    /^With the setting TRUSTED_PROXIES=127\.0\.0\.1 other machines can reach the API, /,
  ],
  [
    'a proxy in front, without a secret',
    'training-host',
    { TRUSTED_PROXIES: '10.0.0.0/8', PUBLISH_ADDRESS: '127.0.0.1' },
    /^TRUSTED_PROXIES=10\.0\.0\.0\/8 needs the setting TRAINING_HOST_SECRET, .*npm run secret/,
  ],
  [
    'no session',
    'training-host',
    { TRAINING_MAX_SESSIONS: '0' },
    /^The setting TRAINING_MAX_SESSIONS=0 is not valid: it must be a whole number from 1 to 64\.$/,
  ],
  [
    'an unavailable engine',
    'training-host',
    { TRAINING_ENGINE: 'tensorflow-gpu' },
    /^The training engine tensorflow-gpu is not available: .*TRAINING_ENGINE=auto/,
  ],
  [
    'models in a folder that cannot be created',
    'api',
    { MODELS_DIR: '/proc/x' },
    /^The setting MODELS_DIR=\/proc\/x is not valid: the folder cannot be created \(E[A-Z]+\)\. /,
  ],
  [
    'models in a file',
    'api',
    { MODELS_DIR: FILE },
    /^The setting MODELS_DIR=.* is not valid: it is not a folder, or one of its parents is not \(ENOTDIR\)\. /,
  ],
  ['state below a file', 'api', { STATE_DIR: `${FILE}/state` }, /^The setting STATE_DIR=.* \(ENOTDIR\)\. /],
  ['state in a file', 'training-host', { STATE_DIR: FILE }, /^The setting STATE_DIR=.* \(ENOTDIR\)\. /],
  ['bars in a file', 'training-host', { DATA_DIR: FILE }, /^The setting DATA_DIR=.* \(ENOTDIR\)\. /],
  [
    'too few open files',
    'api',
    { [FILES]: '64' },
    /^This process may open only 64 files \(ulimit -n\), .* at least 128/,
  ],
  ['too few open files', 'training-host', { [FILES]: '64' }, /^This process may open only 64 files /],
  [
    'hardly enough for Node',
    'api',
    { [FILES]: '22' },
    /^This process may open only 22 files \(ulimit -n\), .* at least 128/,
  ],
  [
    'a file that is not a database',
    'api',
    { STATE_DIR: 'foreign' },
    /^.*foreign\/ktrdr\.db is not a database file, or it is damaged .* set STATE_DIR to another folder\.$/,
  ],
];

interface Refused {
  end: ProcessEnd;
  output: string;
}

const refused: Refused[] = [];

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await mkdir(sandbox.path('foreign'));
  await writeFile(sandbox.path('foreign', 'ktrdr.db'), 'notes of somebody else '.repeat(100));
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  // the workers share one iterator, so each start runs once
  const waiting = REFUSALS.entries();
  const startInTurn = async (): Promise<void> => {
    for (const [index, [, app, settings]] of waiting) refused[index] = await start(app, settings);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, startInTurn));
});

afterAll(async () => {
  await new Promise((resolve) => taken.close(resolve));
  await sandbox.close();
});

/** Starts a service on the port that is in use, and waits for its end. */
async function start(
  app: 'api' | 'training-host',
  { [FILES]: files, ...settings }: Record<string, string>,
): Promise<Refused> {
  const { port } = taken.address() as AddressInfo;
  const limit = files === undefined ? '' : `ulimit -n ${files};`;
  const main = join(ROOT, 'apps', app, 'dist/main.js');
  const service = sandbox.spawn('sh', ['-c', `${limit} exec "$0" "$1"`, process.execPath, main], {
    PORT: String(port),
    HOST: '127.0.0.1',
    ...settings,
  });
  return { end: await service.ended, output: service.output };
}

test.each(REFUSALS.map(([what, app, , line], index) => ({ what, app, line, index })))(
  '$what ($app)',
  ({ line, index }) => {
    expect(refused[index]?.end).toEqual({ code: 1, signal: null });
    expect(refused[index]?.output.split('\n')).toEqual([expect.stringMatching(line), '']);
  },
);

test('if port 65535 is in use, the message suggests the port before it', async () => {
  const last = createServer();
  // an error means that another process already uses the port, which is enough
  await new Promise<void>((resolve) =>
    last.once('error', () => resolve()).listen(65_535, '127.0.0.1', resolve),
  );
  const { output } = await start('api', { PORT: '65535' });
  await new Promise((resolve) => last.close(resolve));
  expect(output).toMatch(/^Port 65535 on 127\.0\.0\.1 is in use; .*: PORT=65534 npm start$/m);
});

test('a missing data folder is created and logged; if it is removed later, the health is down', async () => {
  const DATA_DIR = sandbox.path('new', 'data');
  const api = await sandbox.startApi('api', { DATA_DIR });
  expect(api.output).toContain(`created the folder ${DATA_DIR} (DATA_DIR)`);
  expect((await api.get('/health')).status).toBe(200);
  const page = await (await fetch(api.url)).text();
  const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(page) ?? [];
  expect((await fetch(api.url + script)).headers.get('content-type')).toContain('javascript');
  await rm(sandbox.path('new'), { recursive: true });
  expect(await (await fetch(`${api.url}/health`)).json()).toMatchObject({
    error: {
      data: {
        status: 'down',
        message: expect.stringMatching(/is missing \(ENOENT\)\. .* set DATA_DIR to another folder/),
      },
    },
  });
  await api.stop();
});

/** Moves a folder away, runs `work`, and puts it back. */
async function without(folder: string, work: () => Promise<void>): Promise<void> {
  await rename(folder, `${folder}-away`);
  try {
    await work();
  } finally {
    await rename(`${folder}-away`, folder);
  }
}

async function downParts(service: TestService): Promise<Record<string, string | undefined>> {
  const { error = {} } = (await (await fetch(`${service.url}/health`)).json()) as HealthReport;
  return Object.fromEntries(Object.entries(error).map(([part, { message }]) => [part, message]));
}

test('health and answers say so while a folder is away, and recover', async () => {
  const folder = (name: string): string => sandbox.path(name);
  const [api, host] = await Promise.all([
    sandbox.startApi('truth', {}, 'ulimit -n 512'),
    sandbox.startHost('truth-host'),
  ]);
  expect(api.output).toMatch(/"level":"warn".*may open only 512 files/);
  expect([await downParts(api), await downParts(host)]).toEqual([{}, {}]);

  await without(folder('truth-models'), async () => {
    expect(await downParts(api)).toEqual({
      models: expect.stringMatching(/\(MODELS_DIR\) is missing \(ENOENT\)/),
    });
    expect((await api.get('/models')).body).toMatchObject({ error: { code: 'folder_missing' } });
  });
  await without(folder('truth-state'), async () => {
    // the API looks for the file once per turn of its event loop, and one turn can be long on a busy machine
    const down = await until(
      'the store to be down',
      () => downParts(api),
      (parts) => 'store' in parts,
    );
    expect(down).toEqual({
      state: expect.stringMatching(/\(STATE_DIR\) is missing/),
      store: expect.stringMatching(/ktrdr\.db is missing: .* Put it back, or restart ktrdr/),
      training: expect.any(String),
    });
    for (const request of [
      { method: 'GET', path: '/operations' },
      { path: '/dummy/start', body: '{}' },
    ])
      expect(await refusal(api.url, request)).toMatchObject({
        code: '503 store_unavailable',
        message: expect.stringContaining('ktrdr.db is missing'),
      });
  });
  await without(folder('truth-host-state'), async () => {
    expect(await downParts(host)).toEqual({ state: expect.stringMatching(/\(STATE_DIR\) is missing/) });
  });
  expect([await downParts(api), await downParts(host)]).toEqual([{}, {}]);

  await Promise.all([api.stop(), host.stop()]);
});

test('a model that the chosen engine cannot train is rejected without creating an operation', async () => {
  const api = await sandbox.startApi('javascript', { TRAINING_ENGINE: 'tensorflow-js' });
  const strategy = QUICK.replace(/model: .*/, 'model: { type: lstm, architecture: { sequence_length: 8 } }');
  const { status, body } = await api.post('/trainings/start', { strategy });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    error: {
      code: 'engine_unsupported',
      message:
        'The training engine tensorflow-js cannot train a model of type lstm, only mlp. Set TRAINING_ENGINE=auto or TRAINING_ENGINE=onnx.',
    },
  });
  expect(await api.get('/operations')).toMatchObject({ body: { data: { total_count: 0 } } });
  await api.stop();
});
