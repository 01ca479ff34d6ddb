import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationStarted, TrainingResult } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { AUTO_ENGINE, LONG_GRACE, dataOf, filesBelow, Sandbox } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { LONG, QUICK } from '@ktrdr/service-kit/testing';

let sandbox: Sandbox;
let api: TestService;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  for (const symbol of ['AAPL', 'MSFT']) {
    await writeSampleBars({
      dataDir: sandbox.dataDir,
      symbol,
      timeframe: '1h',
      startDate: '2024-01-01',
      endDate: '2024-06-30',
      seed: symbol.length + symbol.charCodeAt(0),
    });
  }
  api = await sandbox.startApi('api', { ...LONG_GRACE, ...AUTO_ENGINE });
});

afterAll(() => sandbox.close());

describe('a training on the API', () => {
  test('stores the model that its result describes', async () => {
    const id = await api.startTraining({
      strategy: QUICK,
      strategy_file: 'quick.yaml',
      seed: 5,
      detailed_analytics: true,
    });
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({
      status: 'completed',
      operation_type: 'training',
      error: null,
      progress: { percentage: 100, context: { model_type: 'mlp', symbols: ['AAPL'], host_service: false } },
      metadata: { strategy: 'pattern', symbols: ['AAPL'], timeframes: ['1h'], parameters: { seed: 5 } },
    });
    const result = operation.result as TrainingResult;
    expect(result.artifacts.model).toMatch(/^pattern\/1h_v[0-9]+$/);
    expect(result.session_info).toMatchObject({ operation_id: id, training_mode: 'local', seed: 5 });
    const model = result.artifacts.model_path ?? '';
    expect((await readdir(model)).toSorted()).toEqual([
      'features.json',
      'metadata.json',
      'metrics.json',
      'model.onnx',
      'strategy.yaml',
    ]);
    expect(await readFile(join(model, 'strategy.yaml'), 'utf8')).toBe(QUICK);

    const analytics = result.training_metrics?.analytics;
    expect(analytics?.directory).toBe(
      sandbox.path('api-state', 'training_analytics', 'runs', analytics?.run_id ?? ''),
    );
    expect((await readdir(analytics?.directory ?? '')).toSorted()).toEqual([
      'alerts.txt',
      'config.yaml',
      'detailed_metrics.json',
      'metrics.csv',
      'report.html',
    ]);
  });

  test('a dry run prepares everything and stores nothing', async () => {
    const before = await models();
    const started = dataOf(
      await api.post<OperationStarted>('/trainings/start', { strategy: QUICK, dry_run: true }),
    );
    expect(started.message).toBe('A dry run of pattern on AAPL has started.');
    const operation = await api.untilEnded(started.operation_id);
    expect(operation.status).toBe('completed');
    expect(operation.result).toMatchObject({
      training_metrics: null,
      artifacts: { model: null, model_path: null },
      data_summary: { symbols: ['AAPL'], base_timeframe: '1h' },
    });
    expect(await models()).toEqual(before);
  });

  test('is independent of a concurrent one: one is cancelled, the other completes', async () => {
    const [long, quick] = await Promise.all([
      api.startTraining({ strategy: LONG, symbols: ['MSFT'] }),
      api.startTraining({ strategy: QUICK }),
    ]);
    const running = await api.untilTraining(long);
    expect(running.progress.context.symbols).toEqual(['MSFT']);
    expect((await api.untilEnded(quick)).progress.context.symbols).toEqual(['AAPL']);
    await api.post(`/operations/${long}/cancel`);
    expect(await api.untilEnded(long)).toMatchObject({ status: 'cancelled', result: null });
    expect((await api.operation(quick)).status).toBe('completed');
  });

  test('stops when it is cancelled, leaves no process and stores nothing', async () => {
    const before = await models();
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    expect(await sandbox.trainers()).toHaveLength(1);
    expect(dataOf(await api.post(`/operations/${id}/cancel`, { reason: 'enough' }))).toMatchObject({
      operation_id: id,
      status: 'cancelling',
    });
    await api.untilEnded(id);
    expect(await sandbox.trainers()).toEqual([]);
    expect(await models()).toEqual(before);
  });

  test('is one operation for two requests with the same task id', async () => {
    const [first, second] = await Promise.all([
      api.startTraining({ strategy: QUICK, task_id: 'once' }),
      api.startTraining({ strategy: QUICK, task_id: 'once' }),
    ]);
    expect(second).toBe(first);
    await api.untilEnded(first);
  });

  test('whose process the system kills fails, and nothing else does', async () => {
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    for (const pid of await sandbox.trainers()) process.kill(pid, 'SIGKILL');
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'trainer_out_of_memory' } });
    expect((await api.get('/health')).status).toBe(200);
  });

  test('fails with its own code if only the bars show the problem', async () => {
    const id = await api.startTraining({ strategy: QUICK, start_date: '2031-01-01', end_date: '2031-02-01' });
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'no_bars_in_range' }, result: null });
    expect(operation.error?.message).toContain('2024-06-');
    expect(operation.progress.percentage).toBeLessThan(100);
  });
});

async function models(): Promise<string[]> {
  return filesBelow(sandbox.path('api-models'));
}
