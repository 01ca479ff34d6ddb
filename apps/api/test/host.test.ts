import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LastEpochs } from '@ktrdr/contracts';
import type { Operation, OperationMetrics, StartSessionRequest, TrainingSession } from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { fingerprintBars, writeSampleBars } from '@ktrdr/market-data';
import { systemClock } from '@ktrdr/orchestrator';
import { readToken } from '@ktrdr/service-kit';
import {
  AUTO_ENGINE,
  LONG,
  LONG_GRACE,
  QUICK,
  ROOT,
  dataOf,
  Sandbox,
  strategyText,
  TestAuthority,
  until,
} from '@ktrdr/service-kit/testing';
import type { TestProcess, TestService } from '@ktrdr/service-kit/testing';
import { TrainingHostClient } from '../src/training/training-host-client.js';

let sandbox: Sandbox;
let host: TestService;
let api: TestService;
/** Makes the API give up on a silent host quickly. */
let impatient: TestService;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  const PORT = String(await freePort());
  const settings = Sandbox.onHost({ url: `http://127.0.0.1:${PORT}` });
  [host, api, impatient] = await Promise.all([
    sandbox.startHost('host', { ...LONG_GRACE, ...AUTO_ENGINE, PORT, TRAINING_THREADS: '2' }),
    sandbox.startApi('api', { ...settings, ...AUTO_ENGINE }),
    sandbox.startApi('impatient', { ...settings, TRAINING_HOST_TIMEOUT_MS: '1500' }),
  ]);
});

afterAll(() => sandbox.close());

async function cancelAndWait(id: string): Promise<void> {
  await api.post(`/operations/${id}/cancel`);
  await api.untilEnded(id);
}

function untilNoTrainer(): Promise<number[]> {
  return until(
    'no training process',
    () => sandbox.trainers(),
    (pids) => pids.length === 0,
  );
}

async function sessionRequest(
  operation: string,
  changes: Partial<StartSessionRequest> = {},
): Promise<StartSessionRequest> {
  return {
    operation_id: `op_training_20240101T000000_${operation}`,
    strategy: QUICK,
    strategy_file: 'quick.yaml',
    detailed_analytics: false,
    dry_run: false,
    seed: 1,
    engine: 'onnx',
    fingerprints: [await fingerprintBars({ dataDir: sandbox.dataDir, symbol: 'AAPL', timeframe: '1h' })],
    ...changes,
  };
}

describe('a training on a host', () => {
  test('shows the host’s progress and completes', async () => {
    const id = await api.startTraining({ strategy: QUICK });
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'completed', error: null });
    const [session] = await host.sessions();
    expect(session).toMatchObject({ operation_id: id, status: 'completed', device: 'cpu' });
  });

  test('has all points of the host’s curve, also of seeds that train in parallel', async () => {
    const strategy = strategyText({ epochs: 200, layers: [128, 64] });
    const id = await api.startTraining({ strategy, seeds: 3 });
    expect(await api.untilEnded(id)).toMatchObject({ status: 'completed', error: null });
    const [session] = await host.sessions();
    const { points: computed = [] } = await host.session(session?.session_id ?? '');
    expect(new Set(computed.map(({ seed }) => seed))).toEqual(new Set([1, 2, 3]));
    const { points } = dataOf(await api.get<OperationMetrics>(`/operations/${id}/metrics`));
    expect(points).toEqual(computed.map((point) => ({ ...point, attempt: 1 })));
  });

  test('accepts a strategy path of the maximum length', async () => {
    const file = `${'folder/'.repeat(580)}quick.yaml`;
    const id = await api.startTraining({ strategy: QUICK, strategy_file: file, dry_run: true });
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'completed', error: null });
    expect(operation.metadata.parameters).toMatchObject({ strategy_file: file });
  });

  test('is cancelled only after the host’s training process has ended', async () => {
    const id = await api.startTraining({ strategy: LONG });
    const running = await api.untilTraining(id);
    expect(running.progress.current_step).toMatch(
      /\[epoch [0-9]+\/100000\] \(batch [0-9]+\/[0-9]+\) \(host service\)$/,
    );
    expect(await sandbox.trainers()).toHaveLength(1);
    await api.post(`/operations/${id}/cancel`);
    const ended = await api.untilEnded(id);
    expect(await sandbox.trainers()).toEqual([]);
    expect(ended).toMatchObject({ status: 'cancelled', result: null, error: null });
    expect((await host.sessions())[0]).toMatchObject({ operation_id: id, status: 'cancelled' });
  });

  test('fails with the session’s error code if the session fails', async () => {
    const id = await api.startTraining({ strategy: QUICK, start_date: '2031-01-01' });
    const operation = await api.untilEnded(id);
    const [session] = await host.sessions();
    expect(session).toMatchObject({ operation_id: id, status: 'failed' });
    expect(operation).toMatchObject({ status: 'failed', result: null });
    expect(operation.error).toEqual(session?.error);
    expect(operation.error?.code).toBe('no_bars_in_range');
  });

  test('fails with a message that says so if the session is cancelled at the host', async () => {
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    const [session] = await host.sessions();
    await host.post(`/training/sessions/${session?.session_id}/cancel`);
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'host_session_cancelled' } });
    expect(operation.error?.message).toContain(host.url);
  });

  test('fails if the host is busy, and names the running operation', async () => {
    const first = await api.startTraining({ strategy: LONG });
    await api.untilTraining(first);
    const second = await api.untilEnded(await api.startTraining({ strategy: QUICK }));
    expect(second).toMatchObject({ status: 'failed', error: { code: 'host_busy' } });
    expect(second.error?.message).toMatch(/Training MLP model on AAPL[^]*TRAINING_MAX_SESSIONS/);
    await cancelAndWait(first);
  });
});

describe('a host that does not answer', () => {
  afterEach(() => host.kill('SIGCONT'));

  test('from the start: host_unreachable', async () => {
    host.kill('SIGSTOP');
    const operation = await impatient.untilEnded(await impatient.startTraining({ strategy: QUICK }));
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'host_unreachable' } });
    expect(operation.error?.message).toContain('npm run host');
  });

  test('from the start: a training can be cancelled immediately', async () => {
    host.kill('SIGSTOP');
    // without the cancel it waits half a minute for an answer
    const id = await api.startTraining({ strategy: QUICK });
    await api.untilOperation(id, ({ progress }) => progress.context.phase !== null);
    await api.post(`/operations/${id}/cancel`);
    expect((await api.untilEnded(id, 20_000)).status).toBe('cancelled');
  });

  test('for a while: progress says so, without an ETA, and continues when the host answers', async () => {
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    host.kill('SIGSTOP');
    const silent = await api.untilOperation(
      id,
      ({ progress }) => progress.context.phase?.includes('does not answer') === true,
    );
    expect(silent).toMatchObject({ status: 'running', progress: { eta_seconds: null } });
    expect(silent.progress.current_step).toMatch(
      /: the training host does not answer \([0-9]+ s of 30\) \(host service\)$/,
    );
    host.kill('SIGCONT');
    await api.untilOperation(id, ({ progress }) => progress.context.phase === 'training');
    await cancelAndWait(id);
  });
});

describe('the training host itself', () => {
  test('reports its engines, its device and its number of sessions', async () => {
    const health = await fetch(`${host.url}/health`);
    expect(health.status).toBe(200);
    expect(JSON.stringify(await health.json())).toMatch(/onnx[^]*"device":"cpu"[^]*"sessions_max":1/);
  });

  test('starts one session for a repeated request', async () => {
    const body = await sessionRequest('twice');
    const answers = await Promise.all([
      host.post<TrainingSession>('/training/sessions', body),
      host.post<TrainingSession>('/training/sessions', body),
    ]);
    const [first, second] = answers.map(dataOf);
    expect(second?.session_id).toBe(first?.session_id);
    await host.untilSessionsEnded();
    expect(await host.session(first?.session_id ?? '')).toMatchObject({ status: 'completed' });
    expect(dataOf(await host.post<TrainingSession>('/training/sessions', body)).session_id).toBe(
      first?.session_id,
    );
  });

  test('lets sessions wait if configured', async () => {
    const waiting = await sandbox.startHost('waiting', { TRAINING_SESSION_WAIT: 'true' });
    const start = async (name: string, strategy: string): Promise<string> =>
      dataOf(
        await waiting.post<TrainingSession>('/training/sessions', await sessionRequest(name, { strategy })),
      ).session_id;
    const first = await start('first', LONG);
    const second = await start('second', QUICK);
    const third = await start('third', QUICK);
    await waiting.post(`/training/sessions/${third}/cancel`);
    await until(
      'the end of the third',
      () => waiting.session(third),
      ({ status }) => status === 'cancelled',
    );
    expect((await waiting.session(second)).progress.current_step).toBe(
      'Waiting for a free slot: next in line',
    );
    expect(await sandbox.trainers()).toHaveLength(1);
    await waiting.post(`/training/sessions/${first}/cancel`);
    await until(
      'the end of the second',
      () => waiting.session(second),
      ({ status }) => status === 'completed',
    );
    await waiting.stop();
  });

  test('rejects bars that have changed only on the API’s side', async () => {
    const otherData = sandbox.path('other-data');
    await mkdir(otherData);
    await writeSampleBars({
      dataDir: otherData,
      symbol: 'AAPL',
      timeframe: '1h',
      startDate: '2024-01-01',
      endDate: '2024-06-30',
    });
    await appendFile(join(otherData, 'AAPL_1h.csv'), '# changed\n');
    const other = await sandbox.startApi('other', { ...Sandbox.onHost(host), DATA_DIR: otherData });
    const operation: Operation = await other.untilEnded(await other.startTraining({ strategy: QUICK }));
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'bars_differ' } });
    await other.stop();
  });
});

/** The last tests of the file, because they do not restore the services. */
describe('a host that fails during a training', () => {
  test('and restarts: the operation fails with host_session_lost', async () => {
    const lost = await api.startTraining({ strategy: LONG });
    await api.untilTraining(lost);
    host.kill('SIGKILL');
    await host.ended;
    host = await sandbox.startHost('host', { PORT: new URL(host.url).port });
    const operation = await api.untilEnded(lost);
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'host_session_lost' } });
  });

  test('because it is suspended while the API stops: the API leaves the session to the next API and exits with 0', async () => {
    await api.untilTraining(await api.startTraining({ strategy: LONG }));
    host.kill('SIGSTOP');
    const end = await api.stop();
    host.kill('SIGCONT');
    expect(end).toEqual({ code: 0, signal: null });
    expect(api.output).toContain('operation left to its next owner');
    const [session] = await host.sessions();
    expect(session?.status).toBe('running');
    await host.post(`/training/sessions/${session?.session_id}/cancel`);
    await host.untilSessionsEnded();
    expect(await sandbox.trainers()).toEqual([]);
  });

  test('because it is killed: the operation fails with host_lost, and the training process ends', async () => {
    const id = await impatient.startTraining({ strategy: LONG });
    await impatient.untilTraining(id);
    host.kill('SIGKILL');
    const operation = await impatient.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'host_lost' }, result: null });
    await untilNoTrainer();
  });
});

describe('a host with a secret and a certificate', () => {
  const SECRET = randomBytes(32).toString('hex');
  let authority: TestAuthority;
  let url: string;
  let secure: TestProcess;

  beforeAll(async () => {
    authority = await TestAuthority.create(sandbox.path('tls'));
    const { certFile, keyFile } = await authority.issue('host', ['localhost']);
    const port = String(await freePort());
    url = `https://localhost:${port}`;
    secure = sandbox.spawn(process.execPath, [join(ROOT, 'apps/training-host/dist/main.js')], {
      // every address of the machine: only with a secret
      HOST: '0.0.0.0',
      PORT: port,
      DATA_DIR: sandbox.dataDir,
      STATE_DIR: sandbox.path('secure-state'),
      TRAINING_ENGINE: 'onnx',
      TRAINING_HOST_SECRET: SECRET,
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
    });
    await secure.says(`listens on https://0.0.0.0:${port}`);
  });

  const client = ({ secret = SECRET, ca }: { secret?: string | null; ca?: string | null } = {}) =>
    new TrainingHostClient(
      url,
      { secret, ca: ca === undefined ? readFileSync(authority.caFile, 'utf8') : ca },
      systemClock,
    );
  const WITHIN = { timeoutMs: 20_000 };

  test('trains for the API that has both', async () => {
    const trusting = await sandbox.startApi('trusting', {
      ...Sandbox.onHost({ url }),
      TRAINING_HOST_SECRET: SECRET,
      TRAINING_HOST_CA_FILE: authority.caFile,
    });
    const ended = await trusting.untilEnded(await trusting.startTraining({ strategy: QUICK }));
    expect(ended).toMatchObject({ status: 'completed', error: null });
    await trusting.stop();
  });

  test('refuses an API with another secret or none, and such an API does not use its answers', async () => {
    await expect(client().describe(WITHIN)).resolves.toMatchObject({ sessions_max: 1 });
    const other = client({ secret: SECRET.replace(/^./, (first) => (first === '0' ? '1' : '0')) });
    await expect(other.describe(WITHIN)).rejects.toMatchObject({
      code: 'host_not_authenticated',
      message: expect.stringMatching(/does not prove.*Set the same TRAINING_HOST_SECRET/),
    });
    await expect(client({ secret: null }).describe(WITHIN)).rejects.toMatchObject({
      code: 'host_not_authenticated',
      message: expect.stringMatching(/refuses this API: .*Set the same TRAINING_HOST_SECRET/),
    });
    await expect(client({ secret: null }).getSession('s', new LastEpochs(), WITHIN)).rejects.toMatchObject({
      code: 'host_not_authenticated',
    });
  });

  test('is not asked anything if its certificate comes from a strange authority', async () => {
    await expect(client({ ca: null }).describe(WITHIN)).rejects.toMatchObject({
      message: expect.stringMatching(/certificate is not accepted; set TRAINING_HOST_CA_FILE/),
      mayHaveArrived: false,
    });
  });

  test('prints the token for programs that only read', async () => {
    const main = join(ROOT, 'apps/training-host/dist/main.js');
    const printing = sandbox.spawn(process.execPath, [main, '--read-token'], {
      TRAINING_HOST_SECRET: SECRET,
    });
    expect(await printing.ended).toMatchObject({ code: 0 });
    expect(printing.stdout).toBe(`${readToken(SECRET)}\n`);
  });
});

test.each([
  [{ HOST: '0.0.0.0' }, /^HOST=0\.0\.0\.0 needs the setting TRAINING_HOST_SECRET.*npm run secret/],
  [
    { TRAINING_HOST_SECRET: 'password' },
    /TRAINING_HOST_SECRET is not valid: it has 8 characters.*at least 32/,
  ],
  [
    { TLS_CERT_FILE: '/nowhere/cert.pem', TLS_KEY_FILE: '/nowhere/key.pem' },
    /TLS_CERT_FILE=\/nowhere\/cert\.pem is not valid: .*ENOENT/,
  ],
])('a host with %j does not start, and says why in one line', async (settings, problem) => {
  const main = join(ROOT, 'apps/training-host/dist/main.js');
  const folders = { DATA_DIR: sandbox.dataDir, STATE_DIR: sandbox.path('refused-state') };
  const refused = sandbox.spawn(process.execPath, [main], { PORT: '0', ...folders, ...settings });
  expect(await refused.ended).toMatchObject({ code: 1 });
  expect(refused.stderr).toMatch(problem);
  expect(refused.stderr).toMatch(/^[^\n]+\n$/);
  expect(refused.stderr).not.toContain('password');
});
