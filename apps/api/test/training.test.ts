import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ErrorResponse, OperationList, TrainingResult } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { dataOf, Sandbox, until } from './harness.js';
import type { TestService } from './harness.js';
import { LONG, QUICK, strategyText } from './strategies.js';

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
  api = await sandbox.startApi('api');
}, 40_000);

afterAll(() => sandbox.close(), 40_000);

describe('a training beside the API', () => {
  test('stores a model with what the result says of it', async () => {
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
      'model.json',
      'strategy.yaml',
      'weights.bin',
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
    ]);
  });

  test('a dry run prepares everything and stores nothing', async () => {
    const before = await models();
    const operation = await api.untilEnded(await api.startTraining({ strategy: QUICK, dry_run: true }));
    expect(operation.status).toBe('completed');
    expect(operation.result).toMatchObject({
      training_metrics: null,
      artifacts: { model: null, model_path: null },
      data_summary: { symbols: ['AAPL'], base_timeframe: '1h' },
    });
    expect(await models()).toEqual(before);
  });

  test('two at once do not mix: one is cancelled, the other completes', async () => {
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

  test('once cancelled, nothing computes any more and nothing is stored', async () => {
    const before = await models();
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    expect(await sandbox.trainers()).toHaveLength(1);
    const start = performance.now();
    expect(dataOf(await api.post(`/operations/${id}/cancel`, { reason: 'enough' }))).toMatchObject({
      operation_id: id,
      status: 'cancelling',
    });
    await api.untilEnded(id);
    const latency = performance.now() - start;
    expect(await sandbox.trainers()).toEqual([]);
    expect(await models()).toEqual(before);
    expect(latency).toBeLessThan(2_000);
  });

  test('one task id gives one operation', async () => {
    const [first, second] = await Promise.all([
      api.startTraining({ strategy: QUICK, task_id: 'once' }),
      api.startTraining({ strategy: QUICK, task_id: 'once' }),
    ]);
    expect(second).toBe(first);
    await api.untilEnded(first);
  });

  test('a training process that the system kills fails its operation and nothing else', async () => {
    const id = await api.startTraining({ strategy: LONG });
    await api.untilTraining(id);
    for (const pid of await sandbox.trainers()) process.kill(pid, 'SIGKILL');
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'trainer_out_of_memory' } });
    expect((await api.get('/health')).status).toBe(200);
  });

  test('what only the bars can tell fails the operation with its code', async () => {
    const id = await api.startTraining({ strategy: QUICK, start_date: '2031-01-01', end_date: '2031-02-01' });
    const operation = await api.untilEnded(id);
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'no_bars_in_range' }, result: null });
    expect(operation.error?.message).toContain('2024-06-');
    expect(operation.progress.percentage).toBeLessThan(100);
  });
});

describe('a request that cannot be trained is refused before there is an operation', () => {
  const broken = QUICK.replace('epochs: 3', 'epochs: 1000000000').replace('period: 14', 'period: x');

  test.each<[string, unknown, number, string, RegExp]>([
    ['no strategy', {}, 400, 'invalid_request', /strategy/],
    ['two strategies', { strategy: QUICK, strategy_name: 'test_strategy' }, 400, 'invalid_request', /one of/],
    ['a name that leads out', { strategy_name: '../package' }, 400, 'invalid_name', /package/],
    ['a name that is not there', { strategy_name: 'nosuch' }, 404, 'strategy_not_found', /nosuch/],
    ['a broken strategy', { strategy: broken }, 422, 'strategy_invalid', /[0-9]+:[0-9]+[^]*epochs/],
    ['no YAML at all', { strategy: '{{{' }, 422, 'strategy_invalid', /YAML/],
    ['a symbol that leads out', { strategy: QUICK, symbols: ['../x'] }, 400, 'invalid_name', /\.\.\/x/],
    ['a timeframe that is none', { strategy: QUICK, timeframes: ['7h'] }, 400, 'invalid_name', /7h/],
    [
      'a symbol without bars',
      { strategy: QUICK, symbols: ['TSLA'] },
      404,
      'bars_not_found',
      /TSLA_1h\.csv[^]*ktrdr data sample TSLA 1h/,
    ],
    ['a date that is none', { strategy: QUICK, start_date: '2024-02-31' }, 400, 'invalid_date', /2024-02-31/],
    [
      'dates the wrong way round',
      { strategy: QUICK, start_date: '2024-03-01', end_date: '2024-01-01' },
      400,
      'invalid_date_range',
      /2024-03-01/,
    ],
    [
      'a data mode that does not exist',
      { strategy: QUICK, data_mode: 'live' },
      400,
      'unsupported_data_mode',
      /live[^]*local/,
    ],
    [
      'a validation split of everything',
      { strategy: QUICK, validation_split: 1 },
      400,
      'invalid_request',
      /validation_split/,
    ],
    ['a seed that is too large', { strategy: QUICK, seed: 4294967296 }, 400, 'invalid_request', /seed/],
    ['an unknown option', { strategy: QUICK, epochs: 5 }, 400, 'invalid_request', /epochs/],
    ['a task id with spaces', { strategy: QUICK, task_id: 'a b' }, 400, 'invalid_request', /task_id/],
  ])('%s', async (_what, body, status, code, message) => {
    const before = (await operations()).total_count;
    const answer = await api.post('/trainings/start', body);
    const { error } = answer.body as ErrorResponse;
    expect({ status: answer.status, code: error?.code }).toEqual({ status, code });
    expect(error.message).toMatch(message);
    expect(JSON.stringify(error)).not.toMatch(/\bat .*\.js:/);
    expect((await operations()).total_count).toBe(before);
  });
});

describe('the end of the API', () => {
  test('SIGTERM cancels what runs, then it exits 0', async () => {
    const other = await sandbox.startApi('ending');
    await other.untilTraining(await other.startTraining({ strategy: LONG }));
    const start = performance.now();
    expect(await other.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(await sandbox.trainers()).toEqual([]);
  });

  test('an API that is killed takes its training process with it', async () => {
    const other = await sandbox.startApi('killed');
    await other.untilTraining(await other.startTraining({ strategy: LONG }));
    other.kill('SIGKILL');
    await other.ended;
    await until(
      'no training process',
      () => sandbox.trainers(),
      (pids) => pids.length === 0,
    );
  });
});

describe('a full disk', () => {
  test('fails the operation with disk_full, and no half model is left', async () => {
    // No file may grow beyond 32 KiB (POSIX counts in 512 bytes): the weights below need 50.
    const full = await sandbox.startApi('full', {}, 'ulimit -f 64');
    const operation = await full.untilEnded(
      await full.startTraining({ strategy: strategyText({ epochs: 1, layers: [100, 100] }) }),
    );
    expect(operation).toMatchObject({ status: 'failed', error: { code: 'disk_full' }, result: null });
    expect(dataOf(await full.get('/models'))).toEqual({ models: [] });
    expect(await filesBelow(sandbox.path('full-models'))).toEqual([]);
    await full.stop();
  });
});

async function models(): Promise<string[]> {
  return filesBelow(sandbox.path('api-models'));
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function operations(): Promise<OperationList> {
  return dataOf(await api.get<OperationList>('/operations'));
}
