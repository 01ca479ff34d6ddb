import { createHash } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type {
  Operation,
  OperationHistory,
  OperationList,
  OperationMetrics,
  OperationStarted,
  TrainingResult,
} from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { CHECKPOINTS_SOON, LONG_GRACE, dataOf, Sandbox, until, WARM } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { LONG, strategyText } from '@ktrdr/service-kit/testing';
import { procFilesystem, requires } from '../../../tools/requirements.js';

const { test: onLinux } = requires(procFilesystem());

/** Services that are killed while trainings run, and how the restarted services continue. */
let sandbox: Sandbox;

const HOST = { ...LONG_GRACE, ...CHECKPOINTS_SOON, ...WARM };
const LEASE = { ...HOST, LEASE_MS: '2000' };
const RESUMING = { ...LEASE, ON_INTERRUPT: 'resume' };
/** Trains for seconds after its first checkpoint, on a fast machine too. */
const TRAINING = { strategy: strategyText({ epochs: 50, batchSize: 256, paceMs: 20 }), seed: 3 };

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
});

afterAll(() => sandbox.close());

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

describe('an API that is killed during a training', () => {
  onLinux(
    'with default settings: the next API finds it before it answers, and its duration is that of the work',
    async () => {
      const first = await sandbox.startApi('at-once');
      const id = await first.startTraining(TRAINING);
      await first.untilTraining(id);
      const killedAt = new Date().toISOString();
      await kill(first);
      await sleep(2_000);
      const second = await sandbox.startApi('at-once');
      const { status, error, completed_at } = await second.operation(id);
      expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'interrupted' });
      expect(completed_at! <= killedAt).toBe(true);
    },
    60_000,
  );

  test('finds it after a restart, also by its task id: interrupted and resumable; the resumed model equals that of an undisturbed run', async () => {
    const first = await sandbox.startApi('killed', LEASE);
    const never = await first.untilEnded(await first.startTraining(TRAINING));
    const named = { ...TRAINING, task_id: 'nightly' };
    const id = await first.startTraining(named);
    await first.untilCheckpoint(id);
    await kill(first);
    await untilNoTrainer();

    const second = await sandbox.startApi('killed', LEASE);
    expect(await second.startTraining(named)).toBe(id);
    expect(dataOf(await second.get<OperationList>('/operations')).total_count).toBe(2);
    const interrupted = await second.untilEnded(id);
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
    const { points } = dataOf(await second.get<OperationMetrics>(`/operations/${id}/metrics`));
    const { val_loss } = resultOf(never).training_metrics!.history;
    expect(points.map((point) => point.val_loss)).toEqual(points.map(({ epoch }) => val_loss[epoch - 1]));
    expect(points.at(-1)).toMatchObject({ attempt: 2, epoch: val_loss.length });
    // an epoch that ended just before the kill may be missing
    expect(new Set(points.map(({ epoch }) => epoch)).size).toBeGreaterThanOrEqual(val_loss.length - 2);
    expect(points.length).toBeLessThanOrEqual(val_loss.length);
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
});

describe('an API that is killed with ON_INTERRUPT=resume', () => {
  let api: TestService;
  beforeAll(async () => {
    api = await sandbox.startApi('resuming', RESUMING);
  });
  afterAll(() => api.stop());

  onLinux('a trainer that outlives it for a while does no harm to the next attempt, and ends', async () => {
    const place = 'outlived';
    const first = await sandbox.startApi(place, { ...HOST, ON_INTERRUPT: 'resume' });
    const never = await first.untilEnded(await first.startTraining(TRAINING));
    const others = new Set(await sandbox.trainers());
    const id = await first.startTraining(TRAINING);
    await first.untilCheckpoint(id);
    const held = (await sandbox.trainers()).filter((pid) => !others.has(pid));
    expect(held).toHaveLength(1);
    process.kill(held[0]!, 'SIGSTOP');
    await kill(first);

    const second = await sandbox.startApi(place, { ...HOST, ON_INTERRUPT: 'resume' });
    await second.untilOperation(id, ({ status, attempt }) => status === 'running' && attempt === 2);
    await until(
      'the next attempt beside the held trainer',
      () => sandbox.trainers(),
      (pids) => pids.includes(held[0]!) && pids.some((pid) => !held.includes(pid) && !others.has(pid)),
    );
    process.kill(held[0]!, 'SIGCONT');
    await until(
      'the end of the held trainer',
      () => sandbox.trainers(),
      (pids) => !pids.includes(held[0]!),
    );
    const completed = await second.untilOperation(id, ({ status }) => status === 'completed');
    expect(completed).toMatchObject({ attempt: 2, error: null });
    expect(await modelOf(completed)).toBe(await modelOf(never));
    const models = sandbox.path(`${place}-models`);
    expect((await readdir(join(models, 'pattern'))).toSorted()).toEqual(['1h_v1', '1h_v2']);
    expect(await readdir(join(models, '.staging'))).toEqual([]);
    await second.stop();
  });

  test('resumes it after a restart; before the first checkpoint, starts it from the beginning', async () => {
    const ids = [await api.startTraining(TRAINING)];
    await api.untilCheckpoint(ids[0]!);
    ids.push(await api.startTraining({ ...TRAINING, seed: 4 }));
    await kill(api);
    await untilNoTrainer();
    api = await sandbox.startApi('resuming', RESUMING);
    for (const id of ids) {
      const completed = await api.untilOperation(id, ({ status }) => status === 'completed');
      expect(completed.attempt).toBeGreaterThanOrEqual(id === ids[0] ? 2 : 1);
    }
    const models = await readdir(sandbox.path('resuming-models', 'pattern'));
    expect(models.toSorted()).toEqual(['1h_v1', '1h_v2']);
  });

  test('also leaves it to the next API after an orderly stop', async () => {
    const id = await api.startTraining(TRAINING);
    await api.untilTraining(id);
    expect(await api.stop()).toEqual({ code: 0, signal: null });
    api = await sandbox.startApi('resuming', RESUMING);
    const completed = await api.untilOperation(id, ({ status }) => status === 'completed');
    expect(completed).toMatchObject({ attempt: 2, cancel_requested_at: null });
  });
});

test('a training is resumable if its process dies before it reports the checkpoint', async () => {
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
  let host: TestService;
  let api: TestService;
  let hostSettings: Record<string, string>;
  beforeAll(async () => {
    hostSettings = { ...HOST, PORT: String(await freePort()), TRAINING_THREADS: '2' };
    const names = { host: 'host', api: 'remote' };
    ({ host, api } = await sandbox.startHostAndApi(names, { host: hostSettings, api: LEASE }));
  });
  afterAll(() => Promise.all([host.stop(), api.stop()]));

  const startNextApi = async (): Promise<void> => {
    api = await sandbox.startApi('remote', { ...LEASE, ...Sandbox.onHost(host) });
  };

  test('after a kill of the API, the next API follows the session to its result, with all points of its curve', async () => {
    const id = await api.startTraining({ ...TRAINING, seeds: 3 });
    const before = await api.untilTraining(id);
    await kill(api);
    expect(await sandbox.trainers()).toHaveLength(1);
    await startNextApi();
    const completed = await api.untilOperation(
      id,
      ({ progress, status }) => {
        expect(progress.percentage).toBeGreaterThanOrEqual(before.progress.percentage);
        return status === 'completed';
      },
      60_000,
    );
    expect(completed).toMatchObject({ attempt: 1, error: null });
    const sessions = await host.sessions();
    expect(sessions).toHaveLength(1);
    const { points: computed = [] } = await host.session(sessions[0]!.session_id);
    expect(new Set(computed.map(({ seed }) => seed))).toEqual(new Set([1, 2, 3]));
    const { points } = dataOf(await api.get<OperationMetrics>(`/operations/${id}/metrics`));
    expect(points).toEqual(computed.map((point) => ({ ...point, attempt: 1 })));
  });

  test('a cancel reaches the session through the next API', async () => {
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    await kill(api);
    await startNextApi();
    await api.post(`/operations/${id}/cancel`, { reason: 'enough' });
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'enough' });
    expect(await untilNoTrainer()).toEqual([]);
  });

  test('a killed and restarted host resumes from its checkpoint with ON_INTERRUPT=resume', async () => {
    const patient = await sandbox.startApi('patient', { ...RESUMING, ...Sandbox.onHost(host) });
    // it must not complete before the kill
    const pacedUntil = sandbox.path('host-was-killed');
    const strategy = strategyText({ epochs: 60, batchSize: 256, paceMs: 50, pacedUntil });
    const id = await patient.startTraining({ strategy });
    await patient.untilCheckpoint(id);
    await kill(host);
    await writeFile(pacedUntil, '');
    host = await sandbox.startHost('host', hostSettings);
    const completed = await patient.untilOperation(id, ({ status }) => status === 'completed');
    expect(completed).toMatchObject({ attempt: 2 });
    expect(await historyOf(patient, id)).toContain('1 failed');
    await patient.stop();
  });
});
