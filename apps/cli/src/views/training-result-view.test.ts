import { describe, expect, test } from '@jest/globals';
import {
  DEFAULT_TRADING_COSTS,
  type BacktestReport,
  type EquityPoint,
  type TrainingResult,
  type TypedOperation,
  type Verdict,
} from '@ktrdr/contracts';
import { measured, VERDICT, RESULT } from '../../test/training-result.js';
import { Output } from '../output.js';
import { createStyle } from '../style.js';
import { showOutcome } from './outcome-view.js';
import { trainingResultView } from './training-result-view.js';

const style = createStyle(false);
const view = (result: TrainingResult, verbose = false) =>
  trainingResultView(result, {
    verbose,
    terminal: { columns: Infinity, unicode: true, style },
    epochsAsked: 50,
  });

describe('the result of a training', () => {
  test('says which costs the return is after', () => {
    const backtest = { assumptions: DEFAULT_TRADING_COSTS, equity: [] as EquityPoint[] } as BacktestReport;
    expect(view({ ...RESULT, backtest })).toContain('3.1 % after costs of 8 bps a side, buy and hold 38.0 %');
  });

  test('leads with the verdict, then shows the accuracy, the data and the path of the model', () => {
    expect(view(RESULT)).toBe(`\
  No edge found: random trades earn as much.

  accuracy          54.2 %, not distinguishable from pivot state, 53.5 %
                    difference 0.7 points, 95 % interval -1.1 to 2.4, p 0.44
  best baseline     pivot state, which knows no features
  the network is    better than logistic regression, 50.1 %
                    difference 4.1 points, 95 % interval 1.1 to 6.9
  net return        3.1 %, buy and hold 38.0 %
  Sharpe ratio      0.42, 95 % interval -0.90 to 1.70, deflated 0.12
                    (more than luck: deflated above 0.95)
  random entries    33.0 % of them earned at least as much
                    (more than luck: below 5 %)
  break-even cost   7.5 bps for a trade
  judged on         1,182 rows of the test part, 61 trades
                    1 seed, trial 14 on these bars

  test accuracy         54.2 %   1,182 rows after the training rows
  majority class        42.1 %   always HOLD
  last label            39.0 %   knows labels complete before the bar
  pivot state           53.5 %   knows closes up to the bar
  logistic regression   50.1 %   knows features of the bar
  validation accuracy   55.1 %
  calibration error      3.1 %   Brier score 0.551

  class  precision  recall     F1  support
  BUY        0.512   0.430  0.467       70
  HOLD       0.550   0.600  0.570    1,040
  SELL       0.000   0.000  0.000       72

  true \\ predicted  BUY   HOLD  SELL
  BUY                30     20    20
  HOLD               10  1,000    30
  SELL               20     52     0

  symbol  test rows  test accuracy  best baseline  linear model
  AAPL          600         55.0 %         43.0 %        51.0 %
  GOOG          582         53.0 %         41.0 %        49.0 %

  data        AAPL, GOOG 1h, 2024-01-02 14:00 to 2024-03-01 00:00 UTC
  rows        5,600 train, 1,200 validation, 1,182 test
              18 purged between these parts
  epochs      23 of 50, kept epoch 13 with the lowest validation loss
              stopped early: the validation loss has not fallen for 10 epochs
  network     mlp 3-32-16-3, 1,234 parameters
  engine      tensorflow-wasm on cpu (host service), peak memory 212 MB
  seed        42
  analytics   training_analytics/runs/run (2 alerts)
  model       test_strategy/1h_v3
              /models/test_strategy/1h_v3`);
  });

  test('says "better" only if the interval of the difference excludes 0, and nothing of money without decisions', () => {
    const judged = (changed: Partial<Verdict['accuracy']>): string =>
      view({ ...RESULT, verdict: { ...VERDICT, accuracy: { ...VERDICT.accuracy, ...changed } } });
    expect(judged({ better: 'better', interval: [0.001, 0.0241] })).toContain(
      '54.2 %, better than pivot state, 53.5 %',
    );
    expect(judged({})).not.toContain('better than pivot');
    const error = {
      measure: 'mean_absolute_error',
      model: 0.0141,
      baseline: 0.0142,
      best_baseline: 'persistence',
    } as const;
    expect(judged(error)).toContain(`
  mean absolute error   0.0141, not distinguishable from persistence, 0.0142
                        difference 49.3 % of its error, 95 % interval -77.5 to 169.0, p 0.44
`);
    expect(view({ ...RESULT, verdict: { ...VERDICT, money: null } })).toMatch(
      /1,182 rows of the test part\n/,
    );
    expect(view({ ...RESULT, verdict: { ...VERDICT, money: null } })).not.toMatch(
      /return|Sharpe|entries|break-even/,
    );
    expect(view({ ...RESULT, verdict: null })).toMatch(
      /^ {2}Not judged: an earlier version trained this model\.\n/,
    );
  });

  test('names the symbols behind the test accuracy, and shows no accuracy for a symbol without test rows', () => {
    const per_symbol_metrics = [
      { ...RESULT.artifacts.per_symbol_metrics[0]!, rows: 1182, test_accuracy: 0.5423 },
      { symbol: 'GOOG', rows: 0, test_accuracy: null, baselines: null },
    ];
    const text = view({ ...RESULT, artifacts: { ...RESULT.artifacts, per_symbol_metrics } });
    expect(text).toContain(
      '  test accuracy         54.2 %   1,182 rows after the training rows, of AAPL only\n',
    );
    expect(text).toMatch(/^ {2}GOOG {12}0( +-){3}$/m);
  });

  test('says if the bars are synthetic', () => {
    expect(view({ ...RESULT, data_summary: { ...RESULT.data_summary, synthetic: true } })).toContain(
      '\n              synthetic bars\n',
    );
  });

  test('with --verbose gives the reasons of the verdict in words', () => {
    expect(view(RESULT, true)).toContain('\n  One seed was trained.\n');
  });

  test('with --verbose lists the features and why engines were rejected', () => {
    expect(view(RESULT, true)).toContain('3: momentum_low momentum_high rsi_14');
    expect(view(RESULT, true)).toContain('not tensorflow-gpu: @tensorflow/tfjs-node-gpu is not installed');
  });

  test('shows the spread over seeds, and which seed is stored and why', () => {
    const seed = {
      seed: 42,
      best_epoch: 9,
      val_loss: 0.91,
      test_accuracy: 0.5,
      test_loss: 0.95,
      net_return: 0.01,
      stored: false,
    };
    const seeds = {
      seeds: [seed, { ...seed, seed: 43, val_loss: 0.9, test_accuracy: 0.52, stored: true }],
      test_accuracy: { mean: 0.51, std: 0.0141, worst: 0.5 },
      test_loss: { mean: 0.95, std: 0, worst: 0.95 },
      net_return: { mean: 0.02, std: 0.0123, worst: 0.01 },
    };
    expect(view({ ...RESULT, seeds })).toContain(`
  seeds         51.0 % ± 1.4 % accuracy over 2 seeds (42 to 43), worst 50.0 %
                2.0 % ± 1.2 % net return on the test part, worst 1.0 %
  stored seed   43 (52.0 %): lowest validation loss, 0.9000
`);
  });

  test('shows each walk-forward fold next to its best baseline, and the spread over the folds', () => {
    const fold = {
      fold: 1,
      train_rows: 1200,
      validation_rows: 250,
      test_rows: 1500,
      purged_rows: 12,
      train_start: '2023-01-01T00:00:00.000Z',
      train_end: '2023-02-01T00:00:00.000Z',
      test_start: '2023-03-01T00:00:00.000Z',
      test_end: '2023-04-11T05:00:00.000Z',
      epochs_trained: 9,
      test_loss: 0.9,
      test_accuracy: 0.52,
      baselines: { majority_class: 0.4, last_label: 0.3, linear_model: 0.53 },
    };
    const walk_forward = {
      window_bars: 2000,
      gap_bars: 1,
      folds: [fold, { ...fold, fold: 2, train_rows: 2400, test_accuracy: 0.56 }],
      test_accuracy: { mean: 0.54, std: 0.028, min: 0.52, max: 0.56 },
      test_loss: { mean: 0.9, std: 0, min: 0.9, max: 0.9 },
    };
    expect(view({ ...RESULT, walk_forward })).toContain(`
  fold  tested on                 train rows  test rows  accuracy  best baseline
  1     2023-03-01 to 2023-04-11       1,200      1,500    52.0 %         40.0 %
  2     2023-03-01 to 2023-04-11       2,400      1,500    56.0 %         40.0 %

  walk-forward windows    rolling, 2,000 bars, then a gap of 1 bar
  walk-forward accuracy   54.0 % ± 2.8 %   52.0 % to 56.0 %
  walk-forward loss       0.900 ± 0.00   0.900 to 0.900
`);
  });

  test('of an earlier version shows what it has', () => {
    const { verdict: _, backtest: __, seeds: ___, ...old } = RESULT;
    const { data_reports: ____, ...data_summary } = RESULT.data_summary;
    const { majority_class, last_label } = RESULT.baselines!;
    const baselines = {
      majority_class: { label: 'HOLD', test_accuracy: majority_class.test_accuracy },
      last_label: { test_accuracy: last_label.test_accuracy, unknown_rows: 0 },
      linear_model: { type: 'linear_regression', train_rows: 5600, test_accuracy: 0.5011, mae: 0.01 },
    };
    const spread = { mean: 0.5, std: 0.1, min: 0.4, max: 0.6 };
    const walk_forward = { folds: [], test_accuracy: spread, test_loss: spread };
    const text = view({ ...old, data_summary, baselines, walk_forward } as unknown as TrainingResult, true);
    expect(text).toMatch(/^ {2}Not judged: an earlier version trained this model\.\n/);
    expect(text).toContain('\n  last label            39.0 %\n');
    expect(text).toContain('\n  linear regression     50.1 %   error 0.01\n');
    expect(text).toContain('\n  walk-forward windows    growing\n');
    expect(text).not.toMatch(/undefined|NaN/);
  });

  test('with --verbose shows the feature importance if there is one', () => {
    expect(view(RESULT, true)).toContain(`
  feature (shuffled in 1,182 test rows)  drop in accuracy  rise in loss
  rsi_14                                            4.2 %        0.0523
  momentum_low                                     -0.1 %          0.00
`);
    expect(view(RESULT)).not.toContain('shuffled');
    const artifacts = { ...RESULT.artifacts, feature_importance: null };
    expect(view({ ...RESULT, artifacts }, true)).not.toContain('shuffled');
  });

  test('of a dry run shows rows, labels and features', () => {
    const dryRun = view({
      ...RESULT,
      training_metrics: null,
      validation_metrics: null,
      test_metrics: null,
      baselines: null,
      model_info: null,
      artifacts: { model: null, model_path: null, per_symbol_metrics: [], feature_importance: null },
    });
    expect(dryRun).toBe(`\
  label  train  validation   test
  BUY      600         100     70
  HOLD   4,400       1,000  1,040

  data       AAPL, GOOG 1h, 2024-01-02 14:00 to 2024-03-01 00:00 UTC
  rows       5,600 train, 1,200 validation, 1,182 test
             18 purged between these parts
  features   3: momentum_low momentum_high rsi_14
  engine     tensorflow-wasm on cpu (host service), peak memory 212 MB
  seed       42

  Dry run: nothing was trained and nothing was stored.`);
  });

  test('of a regression shows statistics of its targets', () => {
    const part = { rows: 5600, mean: 0.00012345, std: 0.0123, q25: -0.005, q75: 0.006 };
    const train = {
      ...part,
      part: 'train' as const,
      min: -0.12,
      q05: -0.02,
      median: 0,
      q95: 0.0211,
      max: 0.3,
    };
    const dryRun = view({
      ...RESULT,
      training_metrics: null,
      test_metrics: null,
      data_summary: { ...RESULT.data_summary, label_distribution: [], target_distribution: [train] },
    });
    expect(dryRun).toContain(`\
  targets   rows      mean     std     min      q05  median     q95    max
  train    5,600  0.000123  0.0123  -0.120  -0.0200    0.00  0.0211  0.300`);
  });

  test('fits 80 columns', () => {
    const widestNames: TrainingResult['baselines'] = {
      ...RESULT.baselines!,
      training_median: measured('training_median', 0.4),
      pivot_direction: { ...measured('pivot_direction', 0.4), unknown_rows: 0 },
    };
    const widest = Math.max(
      ...`${view(RESULT, true)}\n${view({ ...RESULT, baselines: widestNames })}`
        .split('\n')
        .map((line) => line.length),
    );
    expect(widest).toBeLessThan(80);
  });
});

test('a training that ends in a terminal draws its curve, as wide as the terminal', () => {
  let written = '';
  const stream = { isTTY: true, columns: 70, write: (text: string) => (written += text) };
  const output = new Output(stream, stream, { colour: 'never', dumb: false });
  const history = { ...RESULT.training_metrics!.history, val_loss: [0.99, 0.95, 0.97] };
  const operation = {
    operation_type: 'training',
    status: 'completed',
    error: null,
    warnings: [],
    started_at: '2024-01-01T00:00:00Z',
    completed_at: '2024-01-01T00:00:11Z',
    resumable: false,
    progress: { context: { total_epochs: 50 } },
    result: { ...RESULT, training_metrics: { ...RESULT.training_metrics!, history } },
  } as unknown as TypedOperation;
  expect(showOutcome(output, operation, { cancelRequested: false })).toBe(0);
  expect(written).toMatch(/validation loss, best 0\.9500 in epoch 13\n[^]*\n +epoch 1 +epoch 3\n/);
});
