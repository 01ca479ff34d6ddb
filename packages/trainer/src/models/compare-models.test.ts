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
  /** Other content of `metrics.json`. */
  stored?: object;
}

function verdictOf(accuracy: number, error: number) {
  return {
    source: 'test_part',
    rows: 100,
    trades: 12,
    trials_on_these_bars: 3,
    accuracy: {
      measure: 'accuracy',
      model: accuracy,
      standard_error: error,
      baseline: 0.45,
      difference: accuracy - 0.45,
      interval: [-0.01, 0.09],
      p_value: 0.02,
    },
    simpler_model: { score: 0.52, difference: accuracy - 0.52, interval: [-0.05, 0.01] },
    money: {
      net_return: 0.031,
      buy_and_hold_return: 0.38,
      sharpe: 0.42,
      sharpe_interval: [-0.9, 1.7],
      deflated_sharpe: 0.12,
      random_entries_p_value: 0.33,
      break_even_cost_bps: 7.5,
    },
  };
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
  { metadata, strategy, accuracy = 0.5, loss = 1, error = 0.01, stored = {} }: Changes = {},
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
    verdict: error === null ? null : verdictOf(accuracy, error),
    ...stored,
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
      title: 'test accuracy',
      unit: 'share',
      better: 'higher',
      values: [0.5, 0.6, 0.52],
      intervals: null,
      best: [1],
    });
    expect(metricOf(comparison, 'test_loss')).toMatchObject({ better: 'lower', best: [] });
    expect(metricOf(comparison, 'baseline_majority_class')).toMatchObject({
      values: [0.45, 0.45, 0.45],
      best: [],
    });
    expect(metricOf(comparison, 'above_best_baseline')!.values[1]).toBeCloseTo(0.15, 12);
    expect(comparison.metrics.slice(0, 4).map(({ title }) => title)).toEqual([
      'test accuracy',
      'baseline: majority class',
      'points above the best baseline',
      'p-value of this difference',
    ]);
    expect(metricOf(comparison, 'mae')).toBeUndefined();
    expect(comparison.differences).toEqual([]);
  });

  test('shows what each model earned, the Sharpe ratio with its interval, and nothing for a model without trading decisions', () => {
    const none = { ...verdictOf(0.5, 0.01), money: null };
    const { metrics } = compareModels([model(1), model(2, { stored: { verdict: none } })]);
    const money = metrics.filter(({ values }) => values[0] !== null && values[1] === null);
    expect(money).toEqual(
      [
        { name: 'net_return', title: 'net return', unit: 'share', better: 'higher', values: [0.031, null] },
        {
          name: 'buy_and_hold_return',
          title: 'buy and hold',
          unit: 'share',
          better: null,
          values: [0.38, null],
        },
        {
          name: 'sharpe',
          title: 'Sharpe ratio',
          unit: 'ratio',
          better: 'higher',
          values: [0.42, null],
          intervals: [[-0.9, 1.7], null],
        },
        {
          name: 'deflated_sharpe',
          title: 'deflated Sharpe ratio',
          unit: 'ratio',
          better: 'higher',
          values: [0.12, null],
        },
        {
          name: 'random_entries_p_value',
          title: 'random entries that earned as much',
          unit: 'share',
          better: 'lower',
          values: [0.33, null],
        },
        {
          name: 'break_even_cost_bps',
          title: 'break-even cost of a trade',
          unit: 'basis_points',
          better: 'higher',
          values: [7.5, null],
        },
        { name: 'trades', title: 'trades', unit: 'count', better: null, values: [12, null] },
      ].map((metric) => ({ intervals: null, ...metric, best: [] })),
    );
  });

  test('shows by which share a regression lowers the error of another predictor', () => {
    const accuracy = {
      measure: 'mean_absolute_error',
      model: 0.03,
      standard_error: 0.001,
      baseline: 0.04,
      difference: 0.01,
      interval: [-0.002, 0.02],
      p_value: 0.06,
    };
    const simpler_model = { score: 0.02, difference: -0.01, interval: [-0.02, 0] };
    const stored = { verdict: { ...verdictOf(0, 0), accuracy, simpler_model } };
    const comparison = compareModels([model(1, { stored }), model(2, { stored })]);
    const shown = (name: string) => {
      const { values, intervals } = metricOf(comparison, name)!;
      return [values[0], ...intervals![0]!].map((value) => Number(value!.toFixed(6)));
    };
    expect(shown('error_below_best_baseline')).toEqual([0.25, -0.05, 0.5]);
    expect(shown('error_below_simpler_model')).toEqual([-0.5, -1, 0]);
    expect(metricOf(comparison, 'above_best_baseline')).toBeUndefined();
    const perfect = { verdict: { ...stored.verdict, simpler_model: { ...simpler_model, score: 0 } } };
    const beside = compareModels([model(1, { stored }), model(2, { stored: perfect })]);
    expect(metricOf(beside, 'error_below_simpler_model')).toMatchObject({
      values: [-0.5, null],
      intervals: [[-1, 0], null],
    });
  });

  test('names the kind of the simpler model if it is the same for all', () => {
    const linear = (type: string) => ({
      stored: { baselines: { linear_model: { type, test_accuracy: 0.5 } } },
    });
    const titleOf = (...types: string[]) =>
      metricOf(
        compareModels(types.map((type, index) => model(index + 1, linear(type)))),
        'baseline_linear_model',
      )!.title;
    const [logistic, ridge] = ['logistic_regression', 'ridge_regression'] as const;
    expect(titleOf(ridge, ridge)).toBe('simpler model: ridge regression');
    expect(titleOf(logistic, ridge, ridge)).toBe('simpler model: linear model');
  });

  test('says that returns after different costs cannot be compared', () => {
    const costs = 'backtesting: { transaction_costs: 0.001 }\ntraining:\n  method';
    const comparison = compareModels([model(1), model(2, { strategy: ['training:\n  method', costs] })]);
    expect(comparison.warnings).toContain(
      'The models pay different costs: what they earned cannot be compared.',
    );
    expect(comparison.differences).toEqual([
      { about: 'settings', name: 'backtesting.commission_bps', values: ['5', '10'] },
    ]);
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
      'rows judged differ',
      { stored: { verdict: { ...verdictOf(0.7, 0.01), source: 'walk_forward' } } },
      /judged on different rows/,
    ],
    [
      'the test part is unknown',
      { metadata: { test_part: null } },
      /stored one of the models without its test rows/,
    ],
    ['outputs differ', { metadata: { output_type: 'regression', classes: [] } }, /different output types/],
    ['labels differ', { strategy: ['threshold: 0.02', 'threshold: 0.03'] }, /The labels differ/],
  ])('%s', (_, changes, warning) => {
    const stored =
      changes.metadata?.test_part === undefined ? {} : { verdict: { ...verdictOf(0.7, 0.01), rows: 90 } };
    const comparison = compareModels([model(1), model(2, { accuracy: 0.7, stored, ...changes })]);
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
