/** Follows docs/network.md between two network namespaces: the machine of the API, and the workstation, which is the laptop too. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test as always } from '@jest/globals';
import { ROOT, Sandbox, type TestProcess } from '../packages/service-kit/src/testing/index.js';
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
    ['export KTRDR_API_URL', 'KTRDR_CA_FILE'],
    ['ktrdr login'],
    ['ktrdr hosts'],
    ['ktrdr models train'],
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
      .replace(/npm run host(?: --silent)?(?: --)?/, `${start} training-host`)
      .replace('npx ktrdr', `node ${join(ROOT, 'apps/cli/bin/ktrdr.mjs')}`);
    const [file = '', ...args] = machines.on(machine, ['sh', '-c', `exec env ${line}`]);
    const folders = {
      DATA_DIR: sandbox.dataDir,
      MODELS_DIR: sandbox.path('models'),
      STATE_DIR: sandbox.path(`state-${machine}`),
      STRATEGIES_DIR: join(ROOT, 'strategies'),
      XDG_CONFIG_HOME: sandbox.path('home'),
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
    cpSync(join(ROOT, 'strategies'), sandbox.path('strategies'), { recursive: true });
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
      const refused = await Promise.all([
        output(WORKSTATION, startHost, { TRAINING_HOST_SECRET: '' }),
        output(API, startApi, secret),
      ]);
      expect(refused).toEqual([
        expect.stringMatching(/^1 HOST=0\.0\.0\.0 needs the setting TRAINING_HOST_SECRET/),
        expect.stringMatching(/^1 .*token/),
      ]);

      const created = run(API, shown('token create'), secret);
      expect(await created.ended).toMatchObject({ code: 0 });
      const token = created.stdout.trim();
      const host = run(WORKSTATION, startHost, secret);
      const api = run(API, startApi, secret);
      await Promise.all([
        host.says('listens on https://0.0.0.0:5002'),
        api.says('listens on https://0.0.0.0:8000'),
      ]);

      // the laptop: the command line with the settings of the page
      const settings = shown('export KTRDR_API_URL').replace('export ', '');
      const laptop = (command: string): Promise<string> => output(WORKSTATION, `${settings} ${command}`);
      writeFileSync(sandbox.path('token'), token, { mode: 0o600 });
      const without = await Promise.all([
        output(WORKSTATION, settings.replace(/ KTRDR_CA_FILE=\S+/, ' npx ktrdr hosts')),
        laptop('npx ktrdr hosts'),
      ]);
      expect(without).toEqual([
        expect.stringMatching(/^[^0] .*certificate .* is not accepted .*KTRDR_CA_FILE/),
        expect.stringMatching(/^2 .*ktrdr login/),
      ]);
      expect(await laptop(`${shown('ktrdr login')} < token`)).toMatch(
        /^0 Logged in to https:\/\/api\.example\.net:8000 as alice \(admin\)\./,
      );
      const loggedIn = [shown('ktrdr hosts'), 'npx ktrdr data sample SP500 1d'].map(laptop);
      expect(await Promise.all(loggedIn)).toEqual([
        expect.stringMatching(/https:\/\/gpu\.example\.net:5002 .*\bup\b/),
        expect.stringMatching(/^0 /),
      ]);
      expect(await laptop(shown('ktrdr models train'))).toMatch(/^0 [^]*host service/);
      expect(await laptop('npx ktrdr audit list --json')).toMatch(
        /"caller":\s*"alice"[^}]*"action":\s*"start"[^}]*"address":\s*"10\.213\.79\.2"/,
      );

      const status = async (machine: number, address: string) =>
        output(machine, `${shown('curl', address)} -s -o /dev/null -w '%{http_code}'`);
      expect(await status(WORKSTATION, 'api.example.net:8000/operations')).toBe('0 401');
      expect(await status(API, 'gpu.example.net:5002/training/sessions')).toBe('0 401');
      expect(await status(WORKSTATION, 'api.example.net:8000/live')).toBe('0 200');
      await Promise.all([host.stop(), api.stop()]);
    },
    240_000,
  );
});
