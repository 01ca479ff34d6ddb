import { expect, test } from '@jest/globals';
import type { ModelDetails, ModelSummary, UnreadableModel } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { modelsView, modelView } from './models-view.js';

const MODEL: ModelSummary = {
  model: 'lstm_barriers_long/1h_v1',
  strategy: 'lstm_barriers_long',
  version: '1h_v1',
  timeframe: '1h',
  symbols: ['AAPL', 'GOOG', 'MSFT'],
  model_type: 'lstm',
  engine: 'tensorflow-node',
  seed: 42,
  created_at: '2026-11-23T10:15:00.000Z',
  test_accuracy: 0.612,
  baseline_accuracy: 0.614,
  verdict: 'no_edge',
  path: '/models/lstm_barriers_long/1h_v1',
  problem: null,
  damage: null,
};

const screen = (columns: number, colours = false) => ({
  columns,
  unicode: true,
  now: Date.parse('2026-11-25T10:15:00.000Z'),
  style: createStyle(colours),
});

test.each([true, false])('the list of models fits a narrow terminal (colours: %s)', (colours) => {
  const whole = modelsView({ models: [MODEL] }, screen(Infinity, colours));
  expect(whole).toContain('tensorflow-node  2 days ago');
  expect(modelsView({ models: [MODEL] }, screen(120, colours))).toBe(whole);
  const lines = modelsView({ models: [MODEL] }, screen(80)).split('\n');
  expect(lines.map(({ length }) => length < 80)).toEqual([true, true]);
  expect(lines[1]).toMatch(/^ {2}lstm_barriers_long\/1h_v1 +AAPL,GOOG\S* +no edge +61\.2 % .*2 days ago$/);
});

test('the list shows the longest verdict on a narrow terminal', () => {
  const models = [
    { ...MODEL, verdict: 'too_little_data' as const },
    { ...MODEL, verdict: null },
  ];
  const lines = modelsView({ models }, screen(80)).split('\n');
  expect(lines.map(({ length }) => length < 80)).toEqual([true, true, true]);
  expect(lines[1]).toContain('  too little data  ');
  expect(lines[2]).toMatch(/AAPL\S* +- +61\.2 % +2 days ago/);
});

test('a damaged model is listed with the damaged file and the reason', () => {
  const place = { strategy: 'trend', version: '1h_v2', timeframe: '1h', path: '/models/trend/1h_v2' };
  const damage = { file: 'metadata.json', reason: 'is empty' };
  const broken: UnreadableModel = {
    ...place,
    model: 'trend/1h_v2',
    symbols: [],
    model_type: null,
    engine: null,
    seed: null,
    created_at: null,
    test_accuracy: null,
    baseline_accuracy: null,
    verdict: null,
    damage,
    problem:
      'It is damaged: metadata.json is empty. Train it again. To remove it: ktrdr models delete trend/1h_v2',
  };
  const lines = modelsView({ models: [MODEL, broken] }, screen(120)).split('\n');
  expect(lines[2]).toMatch(/^ {2}trend\/1h_v2 +- +damaged +- +- +- +-$/);
  expect(lines[3]).toBe(`  trend/1h_v2: ${broken.problem}`);
});

test('a model of an earlier version is shown without a verdict', () => {
  const spread = { mean: 0.5, std: 0.1, min: 0.4, max: 0.6 };
  const details = {
    summary: { ...MODEL, verdict: null },
    metadata: {
      start_date: '2024-01-02T14:00:00.000Z',
      end_date: '2024-03-01T00:00:00.000Z',
      synthetic_bars: false,
      test_part: null,
      fingerprints: [],
      architecture: '3-8-3',
      parameters_count: 60,
      classes: ['BUY', 'HOLD', 'SELL'],
      feature_count: 3,
      device: 'cpu',
      versions: { ktrdr: '0.1.0', node: '24.0.0', engine: '4.22.0' },
      operation_id: 'op_training_1',
    },
    metrics: {
      test_metrics: { test_accuracy: 0.612, per_class: [], confusion_matrix: [], classes: [] },
      baselines: { last_label: { test_accuracy: 0.614, unknown_rows: 0 } },
      walk_forward: { folds: [], test_accuracy: spread, test_loss: spread },
    },
    files: ['metadata.json'],
    bars: [
      { symbol: 'AAPL', timeframe: '1h', sha256: 'a'.repeat(64), state: 'unchanged' },
      { symbol: 'AAPL', timeframe: '1d', sha256: 'b'.repeat(64), state: 'changed' },
      { symbol: 'MSFT', timeframe: '1h', sha256: 'c'.repeat(64), state: 'missing' },
    ],
  };
  const text = modelView(details as unknown as ModelDetails, true, createStyle(false));
  expect(text).toMatch(/^ {2}Not judged: an earlier version trained this model\.\n/);
  expect(text).toMatch(/AAPL 1h aaaaaaaaaaaa {3}unchanged since the training\n/);
  expect(text).toMatch(/AAPL 1d bbbbbbbbbbbb {3}the file has changed since the training\n/);
  expect(text).toMatch(/MSFT 1h cccccccccccc {3}the file is missing\n/);
  expect(text).toMatch(/last label +61\.4 %\n/);
  expect(text).toMatch(/walk-forward windows +growing\n/);
  expect(text).not.toMatch(/undefined|NaN/);
});
