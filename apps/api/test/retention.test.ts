import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OperationList, OperationsRemoved } from '@ktrdr/contracts';
import { openOperationStore } from '@ktrdr/operation-store';
import { defaultProgressRenderer, OperationsService, systemRandomId } from '@ktrdr/orchestrator';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import { dataOf, request, Sandbox, type TestService } from '@ktrdr/service-kit/testing';

const DAY_MS = 24 * 3_600_000;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.create();
});

afterAll(() => sandbox.close());

/** Result of a training before there were verdicts, backtests, several seeds and reports about the bars. */
const OLD_RESULT = {
  training_metrics: {
    epochs_trained: 2,
    best_epoch: 2,
    final_train_loss: 0.9,
    final_val_loss: 0.95,
    early_stopped: false,
    stopping_reason: 'all epochs were trained',
    final_train_accuracy: 0.6,
    best_train_accuracy: 0.61,
    final_val_accuracy: 0.55,
    best_val_accuracy: 0.56,
    final_learning_rate: 0.001,
    history: { train_loss: [], train_accuracy: [], val_loss: [], val_accuracy: [] },
    training_time: 1.5,
    analytics: null,
  },
  validation_metrics: { val_loss: 0.95, val_accuracy: 0.55 },
  test_metrics: {
    test_loss: 0.97,
    mae: null,
    test_accuracy: 0.54,
    precision: 0.54,
    recall: 0.54,
    f1_score: 0.53,
    per_class: [{ label: 'HOLD', precision: 0.55, recall: 0.6, f1: 0.57, support: 100 }],
    confusion_matrix: [[100]],
    classes: ['HOLD'],
    calibration: null,
  },
  baselines: {
    majority_class: { label: 'HOLD', test_accuracy: 0.42 },
    last_label: { test_accuracy: 0.39, unknown_rows: 0 },
    linear_model: { type: 'logistic_regression', train_rows: 700, test_accuracy: 0.5, mae: null },
  },
  walk_forward: null,
  resource_usage: {
    training_mode: 'local',
    engine: 'onnx',
    device: 'cpu',
    engine_times: [],
    rejected_engines: [],
    peak_memory_mb: 80,
  },
  artifacts: {
    model: 'pattern/1h_v1',
    model_path: '/models/pattern/1h_v1',
    per_symbol_metrics: [
      { symbol: 'AAPL', rows: 100, test_accuracy: 0.54, baselines: { majority_class: 0.43 } },
    ],
    feature_importance: null,
  },
  session_info: {
    operation_id: 'op_training_1',
    strategy_name: 'pattern',
    symbols: ['AAPL'],
    timeframes: ['1h'],
    training_mode: 'local',
    use_host_service: false,
    start_date: null,
    end_date: null,
    seed: 42,
  },
  data_summary: {
    symbols: ['AAPL'],
    timeframes: ['1h'],
    base_timeframe: '1h',
    start_date: '2024-01-02T14:00:00.000Z',
    end_date: '2024-03-01T00:00:00.000Z',
    total_samples: 1000,
    train_samples: 700,
    validation_samples: 150,
    test_samples: 100,
    purged_samples: 50,
    feature_count: 1,
    features: ['rsi'],
    label_distribution: [],
    target_distribution: null,
    fingerprints: [],
    synthetic: true,
  },
  model_info: { type: 'mlp', architecture: '1-8-1', parameters_count: 25 },
};

const OLD_METADATA = {
  symbols: ['AAPL'],
  timeframes: ['1h'],
  strategy: 'pattern',
  start_date: null,
  end_date: null,
  parameters: { epochs: 2 },
};

/** Stores a completed training of an earlier version. @returns its id */
async function leaveTraining(stateDir: string): Promise<string> {
  const store = await openOperationStore({ url: undefined, stateDir });
  const logger = new RecordingLogger();
  const operations = new OperationsService({
    store,
    clock: new FakeClock(Date.now()),
    logger,
    randomId: systemRandomId,
  });
  const { operationId, outcome } = await operations.launch(
    { type: 'training', metadata: OLD_METADATA, run: async () => OLD_RESULT },
    { renderer: defaultProgressRenderer, logger },
  );
  await outcome;
  await store.close();
  return operationId;
}

/** Stores operations that ended this many days ago, as an earlier API would have left them. */
async function leaveOperations(stateDir: string, ...daysAgo: number[]): Promise<void> {
  const store = await openOperationStore({ url: undefined, stateDir });
  const logger = new RecordingLogger();
  for (const days of daysAgo) {
    const clock = new FakeClock(Date.now() - days * DAY_MS);
    const operations = new OperationsService({ store, clock, logger, randomId: systemRandomId });
    const { outcome } = await operations.launch(
      { type: 'dummy', metadata: { parameters: { days } }, run: async () => days },
      { renderer: defaultProgressRenderer, logger },
    );
    await outcome;
  }
  await store.close();
}

async function daysOf(api: TestService): Promise<unknown[]> {
  const { operations } = dataOf(await api.get<OperationList>('/operations'));
  return operations.map(({ metadata }) => metadata.parameters['days']);
}

test('old operations are removed by the setting and on request', async () => {
  await leaveOperations(sandbox.path('api-state'), 400, 10, 5, 1);
  const trained = await leaveTraining(sandbox.path('api-state'));
  const api = await sandbox.startApi('api', { OPERATIONS_KEEP_DAYS: '7' });
  // the record is answered as it was stored; `ktrdr operations show` shows what it has
  const { result } = await api.operation(trained);
  expect(result).toEqual(OLD_RESULT);
  expect(dataOf(await api.get<OperationList>(`/operations?type=training`)).total_count).toBe(1);
  const shown = sandbox.ktrdr(api, ['operations', 'show', trained]);
  expect([await shown.ended, shown.stderr]).toEqual([{ code: 0, signal: null }, '']);
  expect(shown.stdout).toContain('Not judged: an earlier version trained this model.');
  expect(await daysOf(api)).toEqual([undefined, 1, 5]);
  const answer = await request<OperationsRemoved>('DELETE', `${api.url}/operations?older_than_days=3`);
  expect(dataOf(answer)).toEqual({ removed: 1 });
  expect(await daysOf(api)).toEqual([undefined, 1]);
});
