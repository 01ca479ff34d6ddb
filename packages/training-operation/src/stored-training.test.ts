import { afterAll, describe, expect, test } from '@jest/globals';
import { resolveOptions } from '@ktrdr/contracts';
import { BackgroundThread, parseStrategy } from '@ktrdr/strategy';
import { fromStored, requestOf, toStored } from './stored-training.js';
import { describeTraining, type TrainingRequest } from './training-request.js';

const STRATEGY = `name: small
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAPL }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 60
indicators:
  rsi_14: { type: rsi, period: 14 }
fuzzy_sets:
  momentum: { indicator: rsi_14, low: [0, 25, 45], high: [55, 75, 100] }
nn_inputs:
  - { fuzzy_set: momentum, timeframes: all }
model: { type: mlp, architecture: { hidden_layers: [8], activation: relu, dropout: 0 } }
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.01 }
  epochs: 5
  batch_size: 32
  learning_rate: 0.001
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
`;
const FINGERPRINTS = [{ symbol: 'MSFT', timeframe: '1h', sha256: 'a'.repeat(64) }];

const request: TrainingRequest = {
  strategy: parseStrategy(STRATEGY, { file: 'small.yaml', overrides: { symbols: ['MSFT'] } }).strategy,
  spec: {
    ...resolveOptions({
      symbols: ['MSFT'],
      start_date: '2024-01-01',
      validation_split: 0.2,
      walk_forward: 3,
    }),
    strategy: STRATEGY,
    strategy_file: 'small.yaml',
    fingerprints: FINGERPRINTS,
  },
  warnings: ['small.yaml:1:1 name: is short'],
  priority: 'high',
  user: 'ada',
};

const thread = new BackgroundThread({ timeoutMs: 60_000, mostWaiting: 10 });
afterAll(() => thread.onModuleDestroy());

const throughJson = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;

describe('a stored training', () => {
  test('is read as the same request', async () => {
    expect(await fromStored(throughJson(toStored(request)), thread)).toEqual(request);
  });

  test('gives the request that starts it again', () => {
    const { fingerprints: _, ...options } = request.spec;
    expect(requestOf(throughJson(toStored(request)))).toEqual({ ...options, priority: 'high', user: 'ada' });
  });

  // the format of version 0.1.0
  test('of an earlier version is read', async () => {
    const earlier = {
      run: {
        strategyText: STRATEGY,
        strategyFile: 'small.yaml',
        symbols: ['MSFT'],
        startDate: '2024-01-01',
        validationSplit: 0.2,
        seed: 42,
        walkForward: 3,
        dryRun: false,
        detailedAnalytics: false,
        fingerprints: FINGERPRINTS,
      },
      warnings: request.warnings,
      priority: 'high',
      user: 'ada',
    };
    expect(await fromStored(throughJson(earlier), thread)).toEqual(request);
  });

  test('whose strategy is no longer valid gives the position of the error', async () => {
    const stored = toStored({ ...request, spec: { ...request.spec, strategy: 'name: small' } });
    await expect(fromStored(stored, thread)).rejects.toThrow(/small\.yaml:1:1 /);
  });
});

describe('a training as an operation', () => {
  test('shows every option, with null for those without a value', () => {
    const { metadata } = describeTraining(request, false);
    expect(metadata).toEqual({
      symbols: ['MSFT'],
      timeframes: ['1h'],
      strategy: 'small',
      start_date: '2024-01-01',
      end_date: null,
      parameters: {
        strategy_file: 'small.yaml',
        base_timeframe: '1h',
        model_type: 'mlp',
        epochs: 5,
        batch_size: 32,
        learning_rate: 0.001,
        data_mode: 'local',
        validation_split: 0.2,
        detailed_analytics: false,
        seed: 42,
        seeds: null,
        walk_forward: 3,
        walk_forward_window: null,
        walk_forward_gap: null,
        dry_run: false,
      },
    });
  });

  test('says whether it is a dry run', () => {
    const message = (dry_run: boolean) =>
      describeTraining({ ...request, spec: { ...request.spec, dry_run } }, false).startMessage;
    expect(message(false)).toBe('Training of small on MSFT has started.');
    expect(message(true)).toBe('A dry run of small on MSFT has started.');
  });
});
