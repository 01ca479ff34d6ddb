/** Follows docs/network.md between two network namespaces: the machine of the API, and the workstation, which is the laptop too. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test as always } from '@jest/globals';
import { ROOT, Sandbox, until, type TestProcess } from '../packages/service-kit/src/testing/sandbox.js';
import { QUICK } from '../packages/service-kit/src/testing/strategies.js';
import { TestAuthority } from '../packages/service-kit/src/testing/certificates.js';
import { TwoMachines } from './network-namespaces.js';
import { networkNamespaces, program, requires } from './requirements.js';

const [API, WORKSTATION] = [0, 1];
const SECRET = randomBytes(32).toString('hex');

/** Commands of the page's bash blocks. */
const PAGE = readFileSync(join(ROOT, 'docs/network.md'), 'utf8');
const commands = [...PAGE.matchAll(/```bash\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);

/** The only command of the page that contains all these words. */
function shown(...words: string[]): string {
  const found = commands.filter((command) => words.every((word) => command.includes(word)));
  if (found.length !== 1)
    throw new Error(`docs/network.md has ${found.length} commands with ${words.join(', ')}`);
  return found[0]!;
}

always('the page shows every command once', () => {
  for (const words of [
    ['npm run host', 'TLS_CERT_FILE'],
    ['token create'],
    ['npm start', 'TLS_CERT_FILE'],
    ['login'],
  ])
    expect(shown(...words)).not.toBe('');
});

requires(networkNamespaces(), program('curl')).describe('docs/network.md, between two machines', () => {
  let sandbox: Sandbox;
  let machines: TwoMachines;

  /** Starts a command of the page. The services and the command line are the built ones of this repository. */
  function run(machine: number, command: string, env: Record<string, string> = {}): TestProcess {
    const start = `node ${join(ROOT, 'tools/start.mjs')}`;
    const line = command
      .replace(/npm start(?: --)?/, `${start} api`)
      .replace(/npm run host(?: --silent)?(?: --)?/, `${start} training-host`);
    const [file = '', ...args] = machines.on(machine, ['sh', '-c', `exec env ${line}`]);
    const folders = {
      DATA_DIR: sandbox.dataDir,
      MODELS_DIR: sandbox.path('models'),
      STATE_DIR: sandbox.path(`state-${machine}`),
      STRATEGIES_DIR: join(ROOT, 'strategies'),
      HOME: sandbox.path('home'),
    };
    return sandbox.spawn(file, args, { ...folders, TRAINING_ENGINE: 'onnx', ...env });
  }

  async function output(machine: number, command: string, env?: Record<string, string>): Promise<string> {
    const ran = run(machine, command, env);
    const { code } = await ran.ended;
    return `${code} ${ran.output}`;
  }

  beforeAll(async () => {
    sandbox = await Sandbox.create();
    machines = TwoMachines.create(['api.example.net', 'gpu.example.net']);
    const authority = await TestAuthority.create(sandbox.path('tls'));
    for (const name of ['api', 'gpu']) {
      const { certFile, keyFile } = await authority.issue(name, [`${name}.example.net`]);
      copyFileSync(certFile, sandbox.path(`${name}.pem`));
      copyFileSync(keyFile, sandbox.path(`${name}.key.pem`));
    }
    copyFileSync(authority.caFile, sandbox.path('ca.pem'));
    writeFileSync(sandbox.path('quick.yaml'), QUICK);
  });

  afterAll(async () => {
    await sandbox?.close();
    machines?.remove();
  });

  always(
    'a person on the workstation trains on it through the API, and strangers are refused',
    async () => {
      const secret = { TRAINING_HOST_SECRET: SECRET };
      const startHost = shown('npm run host', 'TLS_CERT_FILE');
      const startApi = shown('npm start', 'TLS_CERT_FILE');
      // neither starts before it is safe
      expect(await output(WORKSTATION, startHost, { TRAINING_HOST_SECRET: '' })).toMatch(
        /^1 PUBLISH_ADDRESS=0\.0\.0\.0 .*needs the setting TRAINING_HOST_SECRET/,
      );
      expect(await output(API, startApi, secret)).toMatch(/^1 .*token/);

      const created = run(API, shown('token create'), secret);
      expect(await created.ended).toMatchObject({ code: 0 });
      const token = created.stdout.trim();
      const host = run(WORKSTATION, startHost, secret);
      const api = run(API, startApi, secret);
      await Promise.all([
        host.says('listens on https://0.0.0.0:5002'),
        api.says('listens on https://0.0.0.0:8000'),
      ]);

      const asUser = async (path: string, body?: object): Promise<string> => {
        const sent = body === undefined ? '' : ` -d '${JSON.stringify(body)}'`;
        const address = `https://api.example.net:8000${path}`;
        return output(
          WORKSTATION,
          `curl -s --cacert ca.pem -H 'authorization: Bearer ${token}'${sent} ${address}`,
        );
      };
      expect(await asUser('/hosts')).toMatch(/"name":"https:\/\/gpu\.example\.net:5002",.*"status":"up"/);
      const dates = { start_date: '2024-01-01', end_date: '2024-03-31' };
      expect(await asUser('/data/sample', { symbol: 'AAPL', timeframe: '1h', ...dates })).toContain(
        'AAPL_1h.csv',
      );
      const started = await asUser('/trainings/start', { strategy: QUICK });
      const id = /op_training_\w+/.exec(started)?.[0];
      const ended = await until(
        'the training has ended',
        () => asUser(`/operations/${id}`),
        (answer) => /"status":"(completed|failed)"/.test(answer),
      );
      expect(ended).toContain('"status":"completed"');

      const status = async (machine: number, address: string) =>
        output(machine, `${shown('curl', address)} -s -o /dev/null -w '%{http_code}'`);
      expect(await status(WORKSTATION, 'api.example.net:8000/operations')).toBe('0 401');
      expect(await status(API, 'gpu.example.net:5002/training/sessions')).toBe('0 401');
      expect(await status(WORKSTATION, 'api.example.net:8000/live')).toBe('0 200');
      expect(await asUser('/audit')).toMatch(
        /"caller":"alice"[^}]*"action":"start"[^}]*"address":"10\.213\.79\.2"/,
      );
      await Promise.all([host.stop(), api.stop()]);
    },
    120_000,
  );
});
