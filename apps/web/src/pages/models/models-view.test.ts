import { expect, test } from '@jest/globals';
import type { ListedModel, ModelSummary, UnreadableModel } from '@ktrdr/contracts';
import { nextSort, viewModels } from './models-view.js';

function model(name: string, fields: Partial<ModelSummary> = {}): ModelSummary {
  const [strategy = '', version = ''] = name.split('/');
  return {
    model: name,
    strategy,
    version,
    timeframe: '1h',
    symbols: ['AAPL'],
    model_type: 'mlp',
    engine: 'onnx',
    seed: 42,
    created_at: '2026-01-05T10:00:00Z',
    test_accuracy: 0.5,
    baseline_accuracy: 0.4,
    verdict: 'no_edge',
    path: '',
    problem: null,
    damage: null,
    ...fields,
  };
}

const DAMAGED: UnreadableModel = {
  model: 'gone/1h_v1',
  strategy: 'gone',
  version: '1h_v1',
  timeframe: '1h',
  symbols: [],
  model_type: null,
  engine: null,
  seed: null,
  created_at: null,
  test_accuracy: null,
  baseline_accuracy: null,
  verdict: null,
  path: '',
  problem: 'metadata.json is missing',
  damage: { file: 'metadata.json', reason: 'is missing' },
};

const MODELS: ListedModel[] = [
  model('a/1h_v10', { created_at: '2026-01-07T00:00:00Z', test_accuracy: 0.6, baseline_accuracy: 0.6 }),
  model('a/1h_v9', { verdict: 'edge', symbols: ['EURUSD', 'GBPUSD'], created_at: '2026-01-06T00:00:00Z' }),
  DAMAGED,
  model('b/1h_v1', { verdict: 'too_little_data' }),
];

function shown(view: Partial<Parameters<typeof viewModels>[1]>): string[] {
  return viewModels(MODELS, { search: '', verdict: '', sort: '', ...view }).map((one) => one.model);
}

test('the newest models come first, and models without a value last in both directions', () => {
  expect(shown({})).toEqual(['a/1h_v10', 'a/1h_v9', 'b/1h_v1', 'gone/1h_v1']);
  expect(shown({ sort: '-created' })).toEqual(['b/1h_v1', 'a/1h_v9', 'a/1h_v10', 'gone/1h_v1']);
  expect(shown({ sort: 'no such column' })).toEqual(shown({}));
});

test('columns sort by their values: versions by number, verdicts by how good they are', () => {
  expect(shown({ sort: 'model' })).toEqual(['a/1h_v9', 'a/1h_v10', 'b/1h_v1', 'gone/1h_v1']);
  expect(shown({ sort: 'verdict' })).toEqual(['a/1h_v9', 'b/1h_v1', 'a/1h_v10', 'gone/1h_v1']);
  expect(shown({ sort: 'accuracy' })[0]).toBe('a/1h_v10');
  expect(shown({ sort: 'lead' })[0]).toBe('a/1h_v9');
});

test('filters look for every word in name, symbols and engine', () => {
  expect(shown({ search: 'gbp ONNX' })).toEqual(['a/1h_v9']);
  expect(shown({ verdict: 'edge' })).toEqual(['a/1h_v9']);
  expect(shown({ verdict: 'damaged' })).toEqual(['gone/1h_v1']);
  expect(shown({ verdict: 'none' })).toEqual(['gone/1h_v1']);
});

test('a second click on a column reverses its order', () => {
  expect(nextSort('', 'created')).toBe('-created');
  expect(nextSort('-created', 'created')).toBe('created');
  expect(nextSort('accuracy', 'accuracy')).toBe('-accuracy');
  expect(nextSort('accuracy', 'model')).toBe('model');
});
