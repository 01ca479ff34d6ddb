import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type {
  Operation,
  OperationMetrics,
  OperationStarted,
  OperationTimeline,
  TrainingResult,
} from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { CHECKPOINTS_SOON, LONG_GRACE, dataOf, Sandbox, WARM } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { LONG, QUICK, strategyText } from '@ktrdr/service-kit/testing';

/** Interrupted trainings that are resumed, on the API and on a host. */
let sandbox: Sandbox;
let host: TestService;
let hostSettings: Record<string, string>;
const apis: Record<string, TestService> = {};

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  const settings = { ...LONG_GRACE, ...CHECKPOINTS_SOON, ...WARM };
  hostSettings = { ...settings, PORT: String(await freePort()) };
  const [local, remote] = await Promise.all([
    sandbox.startApi('local', settings),
    sandbox.startHostAndApi({ host: 'host', api: 'remote' }, { host: hostSettings }),
  ]);
  host = remote.host;
  apis['on the API'] = local;
  apis['on a host'] = remote.api;
});

afterAll(() => sandbox.close());

/** Long enough to be interrupted on a fast machine, short enough to run twice. */
const EPOCHS = 50;
const TRAINING = { strategy: strategyText({ epochs: EPOCHS, batchSize: 256, paceMs: 5 }), seed: 3 };

const resultOf = ({ result }: Operation): TrainingResult => result as TrainingResult;

async function modelOf(operation: Operation): Promise<string> {
  const path = resultOf(operation).artifacts.model_path ?? '';
  return createHash('sha256')
    .update(await readFile(join(path, 'model.onnx')))
    .digest('hex');
}

/** Names of the operations that have checkpoints. */
function checkpointFolders(place: string): Promise<string[]> {
  const state = place === 'on a host' ? 'host-state' : 'local-state';
  return readdir(sandbox.path(state, 'checkpoints'));
}

async function curveOf(api: TestService, id: string): Promise<OperationMetrics['points']> {
  return dataOf(await api.get<OperationMetrics>(`/operations/${id}/metrics`)).points;
}

function resume(api: TestService, id: string) {
  return api.post<OperationStarted>(`/operations/${id}/resume`);
}

describe.each(['on the API', 'on a host'])('a training %s', (place) => {
  test('that was cancelled resumes from its checkpoint and ends with the same bytes as an undisturbed one', async () => {
    const api = apis[place]!;
    const never = await api.untilEnded(await api.startTraining(TRAINING));
    const id = await api.startTraining(TRAINING);
    await api.untilOperation(id, ({ progress }) => (progress.context.current_epoch ?? 0) > 5);
    await api.post(`/operations/${id}/cancel`, { reason: 'lunch' });
    const cancelled = await api.untilEnded(id);
    expect(cancelled).toMatchObject({ status: 'cancelled', attempt: 1, resumable: true });
    // its warnings are kept
    expect(cancelled.warnings).toContainEqual(expect.stringContaining('synthetic bars'));
    expect(await checkpointFolders(place)).toContain(id);

    expect(dataOf(await resume(api, id))).toEqual({
      operation_id: id,
      status: 'started',
      message: 'Attempt 2 of the training operation continues from its last checkpoint.',
    });
    const seen: Operation[] = [];
    const completed = await api.untilOperation(
      id,
      (operation) => {
        seen.push(operation);
        return operation.completed_at !== null;
      },
      60_000,
    );
    expect(completed).toMatchObject({
      status: 'completed',
      attempt: 2,
      resumable: false,
      error: null,
      cancel_requested_at: null,
      cancel_reason: null,
      created_at: cancelled.created_at,
      metadata: cancelled.metadata,
    });
    const { training_time: _, ...metrics } = resultOf(completed).training_metrics!;
    const { training_time: __, ...expected } = resultOf(never).training_metrics!;
    expect(metrics).toEqual(expected);
    expect(await modelOf(completed)).toBe(await modelOf(never));

    const { history, best_epoch } = resultOf(never).training_metrics!;
    const curve = await curveOf(api, id);
    expect(curve).toHaveLength(EPOCHS);
    for (const key of ['train_loss', 'val_loss', 'train_accuracy', 'val_accuracy', 'learning_rate'] as const)
      expect(curve.map((point) => point[key])).toEqual(history[key]);
    expect((await curveOf(api, never.operation_id)).map(({ val_loss }) => val_loss)).toEqual(
      history.val_loss,
    );
    const attempts = curve.map(({ attempt }) => attempt);
    expect(attempts).toEqual(attempts.toSorted((a, b) => a - b));
    expect(new Set(attempts)).toEqual(new Set([1, 2]));
    expect(curve.every(({ samples_per_second }) => samples_per_second !== 0)).toBe(true);
    expect(completed.progress.context).toMatchObject({
      best_epoch,
      best_val_loss: history.val_loss[best_epoch - 1],
      samples_per_second: expect.any(Number),
      engine: resultOf(never).resource_usage.engine,
      device: resultOf(never).resource_usage.device,
    });
    const { phases } = dataOf(await api.get<OperationTimeline>(`/operations/${id}/timeline`));
    expect(phases.filter(({ phase }) => phase === 'training').map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(phases.map(({ started_at }) => started_at)).toEqual(
      phases.map(({ started_at }) => started_at).toSorted(),
    );
    expect(phases.filter(({ ended_at, started_at }) => ended_at === null || ended_at < started_at)).toEqual(
      [],
    );

    const before = cancelled.progress;
    for (const { progress } of seen) {
      expect(progress.percentage).toBeGreaterThanOrEqual(before.percentage);
      expect(progress.steps_completed).toBeGreaterThanOrEqual(before.steps_completed!);
      expect(progress.items_processed).toBeGreaterThanOrEqual(before.items_processed!);
    }
    expect(await checkpointFolders(place)).not.toContain(id);
  });

  test('whose process was killed has failed and resumes from its last checkpoint', async () => {
    const api = apis[place]!;
    const id = await api.startTraining({ strategy: LONG });
    await api.untilCheckpoint(id);
    for (const pid of await sandbox.trainers()) process.kill(pid, 'SIGKILL');
    const failed = await api.untilEnded(id);
    expect(failed).toMatchObject({
      status: 'failed',
      resumable: true,
      error: { code: 'trainer_out_of_memory' },
    });
    dataOf(await resume(api, id));
    const again = await api.untilOperation(
      id,
      ({ status, progress }) =>
        status === 'running' && progress.items_processed! > failed.progress.items_processed!,
    );
    expect(again.attempt).toBe(2);
    expect(again.progress.percentage).toBeGreaterThanOrEqual(failed.progress.percentage);
    await api.post(`/operations/${id}/cancel`);
    await api.untilEnded(id);
  });

  test('whose checkpoints are missing fails with checkpoint_missing and is no longer resumable', async () => {
    const api = apis[place]!;
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    await api.post(`/operations/${id}/cancel`);
    expect(await api.untilEnded(id)).toMatchObject({ status: 'cancelled', resumable: true });
    const state = place === 'on a host' ? 'host-state' : 'local-state';
    await rm(sandbox.path(state, 'checkpoints', id), { recursive: true });
    dataOf(await resume(api, id));
    const failed = await api.untilOperation(
      id,
      ({ attempt, completed_at }) => attempt === 2 && completed_at !== null,
    );
    expect(failed).toMatchObject({
      status: 'failed',
      resumable: false,
      error: { code: 'checkpoint_missing', message: expect.stringContaining('Retry it from the beginning.') },
    });
    expect(await resume(api, id)).toMatchObject({ status: 409, body: { error: { code: 'not_resumable' } } });
  });
});

test('a restarted host resumes the training that it ran before', async () => {
  const api = apis['on a host']!;
  const id = await api.startTraining(TRAINING);
  await api.untilOperation(id, ({ progress }) => (progress.context.current_epoch ?? 0) > 20);
  await host.stop();
  const stopped = await api.untilEnded(id);
  expect(stopped).toMatchObject({ status: 'failed', resumable: true, error: { code: 'host_stopped' } });
  host = await sandbox.startHost('host', hostSettings);
  dataOf(await resume(api, id));
  const completed = await api.untilOperation(
    id,
    ({ attempt, completed_at }) => attempt === 2 && completed_at !== null,
  );
  expect(completed).toMatchObject({ status: 'completed', error: null });
  expect(resultOf(completed).training_metrics?.history.train_loss).toHaveLength(EPOCHS);
});

describe('an operation that is not resumable', () => {
  test('gives the same error for every operation type', async () => {
    const api = apis['on the API']!;
    const training = await api.startTraining({ strategy: LONG, dry_run: true });
    const { operation_id: dummy } = dataOf(
      await api.post<OperationStarted>('/dummy/start', { iterations: 1000 }),
    );
    await api.post(`/operations/${dummy}/cancel`);
    const quick = await api.startTraining({ strategy: QUICK, start_date: '2031-01-01' });
    for (const [id, reason] of [
      [training, 'it has completed.'],
      [dummy, 'this dummy operation ended (cancelled) without a checkpoint. Retry it from the beginning.'],
      [quick, 'this training operation ended (failed) without a checkpoint. Retry it from the beginning.'],
    ] as const) {
      const { operation_type, status, resumable } = await api.untilEnded(id);
      expect(resumable).toBe(false);
      expect(await resume(api, id)).toEqual({
        status: 409,
        body: {
          success: false,
          error: {
            code: 'not_resumable',
            message: `Operation ${id} cannot be resumed: ${reason}`,
            details: { operation_id: id, operation_type, status },
          },
        },
      });
    }
    expect((await resume(api, 'op_training_20240101T000000_none')).status).toBe(404);
  });
});
