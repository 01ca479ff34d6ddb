import { describe, expect, test } from '@jest/globals';
import { parseStrategy } from '@ktrdr/strategy';
import { compareModels } from './compare-models.js';
import type { ModelMetadata } from './model-metadata.js';
import type { ReadModel } from './read-model.js';
import { metadataOf } from '../testing/model-metadata.js';

interface Changes {
  metadata?: Partial<ModelMetadata>;
  /** Text of the strategy file with what replaces it. */
  strategy?: [string, string];
  accuracy?: number;
  loss?: number;
  /** Standard error of the accuracy; `null`: not measured. */
  error?: number | null;
}

const STRATEGY = `name: rows
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAA }
  timeframes: { mode: single, timeframe: 1h }
indicators:
  rsi_5: { type: rsi, period: 5 }
fuzzy_sets:
  pace: { indicator: rsi_5, low: [0, 25, 50], high: [50, 75, 100] }
nn_inputs:
  - { fuzzy_set: pace, timeframes: all }
model: { type: mlp, architecture: { hidden_layers: [8, 4], activation: relu, dropout: 0.2 } }
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.02 }
  data_split: { train: 0.6, validation: 0.2, test: 0.2 }
  epochs: 3
`;

function model(
  number: number,
  { metadata, strategy, accuracy = 0.5, loss = 1, error = 0.01 }: Changes = {},
): ReadModel {
  const text = strategy === undefined ? STRATEGY : STRATEGY.replace(...strategy);
  if (strategy !== undefined && text === STRATEGY) throw new Error('nothing was replaced');
  const { features } = parseStrategy(text, { file: 'strategy.yaml' }).strategy;
  const metrics = {
    test_metrics: {
      test_accuracy: accuracy,
      test_loss: loss,
      precision: 0.4,
      recall: 0.3,
      f1_score: 0.35,
      mae: null,
    },
    validation_metrics: { val_accuracy: 0.5, val_loss: 1 },
    baselines: { majority_class: { label: 'HOLD', test_accuracy: 0.45 } },
    verdict:
      error === null ? null : { accuracy: { measure: 'accuracy', model: accuracy, standard_error: error } },
  };
  const files = {
    'strategy.yaml': text,
    'features.json': JSON.stringify({ features: features.map((name) => ({ name })) }),
    'metrics.json': JSON.stringify(metrics),
  };
  return {
    directory: `/models/rows/1h_v${number}`,
    metadata: metadataOf({
      model: `rows/1h_v${number}`,
      version: `1h_v${number}`,
      strategy_name: 'rows',
      symbols: ['AAA'],
      feature_count: features.length,
      fingerprints: [{ symbol: 'AAA', timeframe: '1h', sha256: 'a'.repeat(64) }],
      test_accuracy: accuracy,
      ...metadata,
    }),
    files: new Map(Object.entries(files).map(([file, content]) => [file, Buffer.from(content)])),
  };
}

const metricOf = (comparison: ReturnType<typeof compareModels>, name: string) =>
  comparison.metrics.find((metric) => metric.name === name);

describe('with the same test rows', () => {
  test('lists metrics side by side and marks the best if its accuracy differs by more than chance', () => {
    const comparison = compareModels([
      model(1, { accuracy: 0.5, loss: 0.9 }),
      model(2, { accuracy: 0.6, loss: 1.1 }),
      model(3, { accuracy: 0.52, loss: 1 }),
    ]);
    expect(comparison).toMatchObject({ comparable: true, warnings: [] });
    expect(comparison.models.map(({ model: name }) => name)).toEqual([
      'rows/1h_v1',
      'rows/1h_v2',
      'rows/1h_v3',
    ]);
    expect(metricOf(comparison, 'test_accuracy')).toEqual({
      name: 'test_accuracy',
      better: 'higher',
      values: [0.5, 0.6, 0.52],
      best: [1],
    });
    expect(metricOf(comparison, 'test_loss')).toMatchObject({ better: 'lower', best: [] });
    expect(metricOf(comparison, 'baseline_majority_class')).toMatchObject({
      values: [0.45, 0.45, 0.45],
      best: [],
    });
    expect(metricOf(comparison, 'above_best_baseline')!.values[1]).toBeCloseTo(0.15, 12);
    expect(metricOf(comparison, 'mae')).toBeUndefined();
    expect(comparison.differences).toEqual([]);
  });

  test('marks none if chance explains the difference, or if an earlier version did not measure it', () => {
    const close = compareModels([model(1, { accuracy: 0.5 }), model(2, { accuracy: 0.52 })]);
    expect(close.metrics.flatMap(({ best }) => best)).toEqual([]);
    // two standard errors of 1 point together: 1.96 * sqrt(2)
    expect(close).toMatchObject({
      comparable: true,
      warnings: [
        expect.stringContaining('differs from another by 2.0 points, and chance explains up to 2.8 points'),
      ],
    });
    const early = compareModels([model(1, { accuracy: 0.2 }), model(2, { accuracy: 0.9, error: null })]);
    expect(early.metrics.flatMap(({ best }) => best)).toEqual([]);
    expect(early.warnings).toEqual([expect.stringContaining('An earlier version stored one of the models')]);
  });

  test('names different settings as strategy files do', () => {
    const { differences, comparable } = compareModels([
      model(1),
      model(2, { strategy: ['epochs: 3', 'epochs: 9\n  batch_size: 64'], metadata: { seed: 8 } }),
    ]);
    expect(comparable).toBe(true);
    expect(differences).toEqual([
      { about: 'settings', name: 'seed', values: ['7', '8'] },
      { about: 'settings', name: 'training.epochs', values: ['3', '9'] },
      { about: 'settings', name: 'training.batch_size', values: ['32', '64'] },
    ]);
  });

  test('an indicator and a fuzzy set have one line each', () => {
    const { differences } = compareModels([
      model(1),
      model(2, { strategy: ['period: 5 }', 'period: 9 }'] }),
      model(3, { strategy: ['low: [0, 25, 50]', 'low: [0, 20, 40]'] }),
    ]);
    const five = 'rsi period 5, source close';
    const wide = 'rsi_5: low triangular 0 25 50, high triangular 50 75 100';
    expect(differences).toEqual([
      { about: 'settings', name: 'indicators.rsi_5', values: [five, 'rsi period 9, source close', five] },
      { about: 'settings', name: 'fuzzy_sets.pace', values: [wide, wide, wide.replace('25 50', '20 40')] },
    ]);
  });

  test('lists features that only one model has', () => {
    const { differences } = compareModels([
      model(1),
      model(2, {
        strategy: [
          'timeframes: all }\nmodel',
          'timeframes: all }\n  - { raw_indicator: rsi_5, timeframes: all, normalization: zscore }\nmodel',
        ],
      }),
    ]);
    expect(differences).toEqual([{ about: 'features', name: '1h_rsi_5_raw', values: [null, 'zscore'] }]);
  });

  test('marks the best accuracy but not the best loss if the losses differ', () => {
    const comparison = compareModels([
      model(1, { accuracy: 0.6 }),
      model(2, { strategy: ['epochs: 3', 'epochs: 3\n  loss: focal'] }),
    ]);
    expect(comparison.comparable).toBe(true);
    expect(comparison.warnings).toEqual([expect.stringMatching(/have different losses/)]);
    expect(metricOf(comparison, 'test_loss')!.best).toEqual([]);
    expect(metricOf(comparison, 'test_accuracy')!.best).toEqual([0]);
  });
});

describe('metrics are not comparable, and none is marked, if', () => {
  const part = { start: '2024-02-20T00:00:00.000Z', end: '2024-03-01T00:00:00.000Z', rows: 100 };
  test.each<[string, Changes, RegExp]>([
    ['symbols differ', { metadata: { symbols: ['AAA', 'BBB'] } }, /different symbols/],
    [
      'dates differ',
      { metadata: { test_part: { ...part, end: '2024-03-02T00:00:00.000Z' } } },
      /different rows/,
    ],
    [
      'bars differ',
      { metadata: { fingerprints: [{ symbol: 'AAA', timeframe: '1h', sha256: 'b'.repeat(64) }] } },
      /different bars/,
    ],
    [
      'the test part is unknown',
      { metadata: { test_part: null } },
      /stored one of the models without its test rows/,
    ],
    ['outputs differ', { metadata: { output_type: 'regression', classes: [] } }, /different output types/],
    ['labels differ', { strategy: ['threshold: 0.02', 'threshold: 0.03'] }, /The labels differ/],
  ])('%s', (_, changes, warning) => {
    const comparison = compareModels([model(1), model(2, { accuracy: 0.7, ...changes })]);
    expect(comparison.comparable).toBe(false);
    expect(comparison.warnings).toEqual([expect.stringMatching(warning)]);
    expect(comparison.metrics.map(({ best }) => best)).toEqual(comparison.metrics.map(() => []));
  });
});

test('refuses a model whose strategy this version interprets differently', () => {
  const other = model(2);
  const files = new Map(other.files).set('features.json', Buffer.from('{"features":[{"name":"1h_other"}]}'));
  expect(() => compareModels([model(1), { ...other, files }])).toThrow(
    expect.objectContaining({
      code: 'model_unsupported',
      message: expect.stringContaining('other features'),
    }),
  );
});
