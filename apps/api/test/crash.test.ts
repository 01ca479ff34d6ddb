import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type {
  Operation,
  OperationHistory,
  OperationList,
  OperationStarted,
  TrainingResult,
} from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { CHECKPOINTS_SOON, LONG_GRACE, dataOf, freePort, Sandbox, until } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { LONG, strategyText } from '@ktrdr/service-kit/testing';

/** Services that are killed while trainings run, and what the next ones make of it. */
let sandbox: Sandbox;

const HOST = { ...LONG_GRACE, ...CHECKPOINTS_SOON };
const LEASE = { ...HOST, LEASE_MS: '1000' };
const RESUMING = { ...LEASE, ON_INTERRUPT: 'resume' };
/** Trains for seconds after its first checkpoint, on a fast machine too. */
const TRAINING = { strategy: strategyText({ epochs: 1_500 }), seed: 3 };

jest.setTimeout(90_000);

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
}, 40_000);

afterAll(() => sandbox.close(), 40_000);

const resultOf = ({ result }: Operation): TrainingResult => result as TrainingResult;

async function modelOf(operation: Operation): Promise<string> {
  const path = resultOf(operation).artifacts.model_path ?? '';
  return createHash('sha256')
    .update(await readFile(join(path, 'model.onnx')))
    .digest('hex');
}

async function kill(service: TestService): Promise<void> {
  service.kill('SIGKILL');
  await service.ended;
}

function untilNoTrainer(): Promise<number[]> {
  return until(
    'no training process',
    () => sandbox.trainers(),
    (pids) => pids.length === 0,
  );
}

async function historyOf(api: TestService, id: string): Promise<string[]> {
  const { history } = dataOf(await api.get<OperationHistory>(`/operations/${id}/history`));
  return history.map(({ attempt, status }) => `${attempt} ${status}`);
}

describe('an API that is killed in mid-training', () => {
  test('finds it again: interrupted, resumable, and the resumed model is that of a run that never stopped', async () => {
    const first = await sandbox.startApi('killed', LEASE);
    const never = await first.untilEnded(await first.startTraining(TRAINING), 60_000);
    const id = await first.startTraining(TRAINING);
    await first.untilCheckpoint(id);
    await kill(first);
    await untilNoTrainer();

    const second = await sandbox.startApi('killed', LEASE);
    const interrupted = await second.untilEnded(id, 10_000);
    expect(interrupted).toMatchObject({
      status: 'failed',
      attempt: 1,
      resumable: true,
      error: { code: 'interrupted', message: expect.stringContaining('Resume the operation') },
    });
    expect(interrupted.progress.percentage).toBeGreaterThan(0);
    dataOf(await second.post<OperationStarted>(`/operations/${id}/resume`));
    const seen: number[] = [];
    const completed = await second.untilOperation(
      id,
      ({ status, progress }) => {
        seen.push(progress.percentage);
        return status === 'completed';
      },
      60_000,
    );
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(interrupted.progress.percentage);
    expect(completed).toMatchObject({ attempt: 2, resumable: false, error: null });
    expect(await modelOf(completed)).toBe(await modelOf(never));
    expect(await historyOf(second, id)).toEqual([
      '1 pending',
      '1 running',
      '1 running',
      '1 failed',
      '2 pending',
      '2 running',
      '2 completed',
    ]);
    await second.stop();
  });

  test('goes on with it by itself with ON_INTERRUPT=resume; killed before the first checkpoint, from the beginning', async () => {
    const first = await sandbox.startApi('resuming', RESUMING);
    const ids = [await first.startTraining(TRAINING)];
    await first.untilCheckpoint(ids[0]!);
    ids.push(await first.startTraining({ ...TRAINING, seed: 4 }));
    await kill(first);
    await untilNoTrainer();
    const second = await sandbox.startApi('resuming', RESUMING);
    for (const id of ids) {
      const completed = await second.untilOperation(id, ({ status }) => status === 'completed', 60_000);
      expect(completed.attempt).toBeGreaterThanOrEqual(id === ids[0] ? 2 : 1);
    }
    const models = await readdir(sandbox.path('resuming-models', 'pattern'));
    expect(models.toSorted()).toEqual(['1h_v1', '1h_v2']);
    await second.stop();
  });

  test('that is stopped in order with ON_INTERRUPT=resume leaves it to the next one too', async () => {
    const first = await sandbox.startApi('stopped', RESUMING);
    const id = await first.startTraining(TRAINING);
    await first.untilTraining(id);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    const second = await sandbox.startApi('stopped', RESUMING);
    const completed = await second.untilOperation(id, ({ status }) => status === 'completed', 60_000);
    expect(completed).toMatchObject({ attempt: 2, cancel_requested_at: null });
    await second.stop();
  });

  test('knows a task id again', async () => {
    const first = await sandbox.startApi('tasks', LEASE);
    const id = await first.startTraining({ ...TRAINING, task_id: 'nightly' });
    await kill(first);
    const second = await sandbox.startApi('tasks', LEASE);
    expect(await second.startTraining({ ...TRAINING, task_id: 'nightly' })).toBe(id);
    expect(dataOf(await second.get<OperationList>('/operations')).total_count).toBe(1);
    await second.stop();
  });
});

test('a training process that dies before it has told of its checkpoint leaves a training that is resumable', async () => {
  const [soon, late] = await Promise.all([
    sandbox.startApi('soon', HOST),
    sandbox.startApi('late', { ...LONG_GRACE, TRAINING_CHECKPOINT_EVERY_MS: '3600000' }),
  ]);
  const source = await soon.startTraining({ strategy: LONG });
  const id = await late.startTraining({ strategy: LONG });
  await Promise.all([soon.untilCheckpoint(source), late.untilTraining(id)]);
  await soon.post(`/operations/${source}/cancel`, {});
  await soon.untilEnded(source);
  await cp(sandbox.path('soon-state', 'checkpoints', source), sandbox.path('late-state', 'checkpoints', id), {
    recursive: true,
  });
  for (const pid of await sandbox.trainers()) process.kill(pid, 'SIGKILL');
  expect(await late.untilEnded(id)).toMatchObject({ status: 'failed', resumable: true });
  await Promise.all([soon.stop(), late.stop()]);
});

describe('with a training host', () => {
  test('an API that is killed is no loss: the next one follows the session to its result', async () => {
    const names = { host: 'host', api: 'remote' };
    const { host, api: first } = await sandbox.startHostAndApi(names, { host: HOST, api: LEASE });
    const id = await first.startTraining(TRAINING);
    const before = await first.untilTraining(id);
    await kill(first);
    expect(await sandbox.trainers()).toHaveLength(1);
    const second = await sandbox.startApi('remote', { ...LEASE, ...Sandbox.onHost(host) });
    const completed = await second.untilOperation(
      id,
      ({ progress, status }) => {
        expect(progress.percentage).toBeGreaterThanOrEqual(before.progress.percentage);
        return status === 'completed';
      },
      60_000,
    );
    expect(completed).toMatchObject({ attempt: 1, error: null });
    expect(await host.sessions()).toHaveLength(1);
    await Promise.all([second.stop(), host.stop()]);
  });

  test('a cancel reaches the session through the next API', async () => {
    const names = { host: 'cancelled', api: 'cancelling' };
    const { host, api: first } = await sandbox.startHostAndApi(names, { host: HOST, api: LEASE });
    const id = await first.startTraining({ strategy: LONG });
    await first.untilTraining(id);
    await kill(first);
    const second = await sandbox.startApi('cancelling', { ...LEASE, ...Sandbox.onHost(host) });
    await second.post(`/operations/${id}/cancel`, { reason: 'enough' });
    expect(await second.untilEnded(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'enough' });
    expect(await untilNoTrainer()).toEqual([]);
    await Promise.all([second.stop(), host.stop()]);
  });

  test('a host that is killed and started again goes on from its checkpoint with ON_INTERRUPT=resume', async () => {
    const port = { ...HOST, PORT: String(await freePort()) };
    const names = { host: 'restarted', api: 'patient' };
    const { host: first, api } = await sandbox.startHostAndApi(names, { host: port, api: RESUMING });
    const id = await api.startTraining(TRAINING);
    await api.untilCheckpoint(id);
    await kill(first);
    const second = await sandbox.startHost('restarted', port);
    const completed = await api.untilOperation(id, ({ status }) => status === 'completed', 60_000);
    expect(completed).toMatchObject({ attempt: 2 });
    expect(await historyOf(api, id)).toContain('1 failed');
    await Promise.all([second.stop(), api.stop()]);
  });
});
