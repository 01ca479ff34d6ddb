import type { Messages } from '../messages/messages.js';
import type { TrainingResult } from '../training-result.js';
import type { TrainingProgressUpdate } from '../training-progress.js';
import type { StartSessionRequest, TrainingSession } from '../training-session.js';
import type { EpochMetrics } from '../operation-metrics.js';
import type { OperationProgress } from '../operation.js';

const SHA256 = 'a'.repeat(64);
const FINGERPRINT = { symbol: 'AAPL', timeframe: '1h', sha256: SHA256 };
const NAMES = { symbols: ['AAPL'], timeframes: ['1h'] };

const PROGRESS: OperationProgress = {
  percentage: 50,
  current_step: 'Epoch 1/2',
  steps_completed: 1,
  steps_total: 2,
  items_processed: 10,
  items_total: 20,
  current_item: 'epoch 1',
  started_at: '2024-01-01T00:00:00.000Z',
  eta_seconds: 3,
  context: {
    model_type: 'mlp',
    ...NAMES,
    strategy: 'quick',
    current_epoch: 1,
    total_epochs: 2,
    current_batch: 1,
    total_batches: 2,
    host_service: true,
    phase: 'training',
    metrics: { train_loss: 0.5 },
    best_epoch: 1,
    best_val_loss: 0.5,
    best_seed: null,
    samples_per_second: 1_000,
    engine: 'onnx',
    device: 'cpu',
    verdict: null,
  },
};

const UPDATE: TrainingProgressUpdate = {
  phase: 'training',
  phase_fraction: 0.5,
  model_type: 'mlp',
  ...NAMES,
  strategy: 'quick',
  current_seed: null,
  total_seeds: null,
  finished_seeds: null,
  running_seeds: null,
  current_epoch: 1,
  total_epochs: 2,
  current_batch: 1,
  total_batches: 2,
  items_processed: 10,
  items_total: 20,
  metrics: { train_loss: 0.5 },
  best_epoch: 1,
  best_val_loss: 0.5,
  best_seed: null,
  samples_per_second: 1_000,
  engine: 'onnx',
  device: 'cpu',
};

const EPOCH: EpochMetrics = {
  seed: null,
  epoch: 1,
  at: '2024-01-01T00:00:00.500Z',
  train_loss: 0.5,
  val_loss: null,
  train_accuracy: 0.6,
  val_accuracy: 0.6,
  learning_rate: 0.001,
  samples_per_second: 1_000,
};

/** The smallest valid result of a training with a model. */
export const SAMPLE_RESULT: TrainingResult = {
  training_metrics: {
    epochs_trained: 1,
    best_epoch: 1,
    early_stopped: false,
    stopping_reason: 'all epochs trained',
    final_train_loss: 0.5,
    final_train_accuracy: 0.6,
    best_train_accuracy: 0.6,
    final_val_loss: 0.5,
    final_val_accuracy: 0.6,
    best_val_accuracy: 0.6,
    final_learning_rate: 0.001,
    training_time: 1,
    history: {
      epochs: [1],
      train_loss: [0.5],
      train_accuracy: [0.6],
      val_loss: [0.5],
      val_accuracy: [0.6],
    },
    analytics: null,
  },
  validation_metrics: { val_loss: 0.5, val_accuracy: 0.6 },
  test_metrics: null,
  baselines: null,
  seeds: null,
  walk_forward: null,
  verdict: null,
  backtest: null,
  resource_usage: {
    training_mode: 'host',
    engine: 'onnx',
    device: 'cpu',
    rejected_engines: [{ engine: 'onnx-cuda', reason: 'no NVIDIA device' }],
    engine_times: [{ engine: 'onnx', ms_per_step: 1 }],
    peak_memory_mb: 200,
  },
  artifacts: { model: null, model_path: null, per_symbol_metrics: [], feature_importance: null },
  session_info: {
    operation_id: 'op_training_20240101T000000_abcd',
    strategy_name: 'quick',
    ...NAMES,
    training_mode: 'host',
    use_host_service: true,
    start_date: null,
    end_date: null,
    seed: 42,
  },
  data_summary: {
    ...NAMES,
    base_timeframe: '1h',
    start_date: '2024-01-01T00:00:00.000Z',
    end_date: '2024-02-01T00:00:00.000Z',
    total_samples: 100,
    train_samples: 60,
    validation_samples: 20,
    test_samples: 20,
    purged_samples: 0,
    feature_count: 1,
    features: ['rsi_low'],
    label_distribution: [{ label: 'BUY', train: 20, validation: 5, test: 5 }],
    target_distribution: null,
    fingerprints: [FINGERPRINT],
    data_reports: [],
    synthetic: false,
  },
  model_info: { type: 'mlp', architecture: '1-8-3', parameters_count: 43 },
};

const SESSION: TrainingSession = {
  session_id: 's1',
  operation_id: 'op_training_20240101T000000_abcd',
  status: 'completed',
  created_at: '2024-01-01T00:00:00.000Z',
  started_at: '2024-01-01T00:00:00.000Z',
  completed_at: '2024-01-01T00:00:01.000Z',
  progress: PROGRESS,
  last_update: UPDATE,
  engine: 'onnx',
  device: 'cpu',
  cancel_reason: null,
  error: { code: 'bars_differ', message: 'The bars differ.', details: { symbol: 'AAPL' } },
  warnings: ['a warning'],
  result: SAMPLE_RESULT,
  points: [EPOCH],
  resumable: false,
};

const REQUEST: StartSessionRequest = {
  operation_id: 'op_training_20240101T000000_abcd',
  strategy: 'name: quick',
  strategy_file: 'quick.yaml',
  engine: 'auto',
  fingerprints: [FINGERPRINT],
  attempt: 1,
  resume: false,
  ...NAMES,
  seed: 42,
};

const HOST = {
  engine_setting: 'auto' as const,
  engines: [{ engine: 'onnx' as const, device: 'cpu' }],
  rejected_engines: [],
  sessions_running: 0,
  sessions_max: 1,
  session_lease_ms: 60_000,
  sends_bytes: true,
};

const REPORT = {
  session: {
    last_update: UPDATE,
    progress: PROGRESS,
    resumable: false,
    warnings: ['a warning'],
    points: [EPOCH],
  },
};

/** A valid message of each kind. */
export const SAMPLE_MESSAGES: Readonly<Messages> = {
  HostDescription: HOST,
  SessionArtifacts: { files: [{ path: 'model/model.onnx', size: 3, sha256: SHA256 }] },
  TrainingSession: SESSION,
  QueuedTrainingOutcome: {
    session: { ...SESSION, session_id: 's1' },
    host: 'gpu1',
    run: 1,
    files: [{ path: 'model/model.onnx', sha256: SHA256 }],
  },
  StartSessionRequest: REQUEST,
  TrainingHostMessage: {
    name: 'gpu1',
    jobs: ['op_training_20240101T000000_abcd-1'],
    concurrency: 1,
    description: HOST,
  },
  TrainingJob: { data: REQUEST, user: 'me@example.org', userLimit: 0 },
  TrainingJobMessage: { type: 'cancel', reason: 'enough', force: false },
  TrainingJobReport: { run: 1, worker: 'gpu1', begun: true, report: REPORT },
  TrainerMessage: { type: 'completed', outcome: { result: SAMPLE_RESULT, warnings: ['a warning'] } },
};
