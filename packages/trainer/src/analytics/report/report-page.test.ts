import { describe, expect, test } from '@jest/globals';
import {
  type BacktestReport,
  DEFAULT_TRADING_COSTS,
  type TrainingResult,
  type Verdict,
} from '@ktrdr/contracts';
import { analyseEpoch } from '../epoch-analytics.js';
import { epochEnd } from '../../testing/epoch-end.js';
import { type Report, reportPage } from './report-page.js';

const NASTY = '<script>alert("x")</script>';
const CLASSES = ['BUY', 'HOLD', 'SELL'];
const bin = (from: number, rows: number) => ({
  from,
  to: from + 0.1,
  rows,
  confidence: rows === 0 ? null : from + 0.05,
  accuracy: rows === 0 ? null : 0.5,
});
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
  baselines: { majority_class: 0.4, last_label: 0.3, linear_model: 0.533 },
};

const VERDICT: Verdict = {
  label: 'no_edge',
  alpha: 0.05,
  rows: 735,
  trades: 61,
  trials_on_these_bars: 1,
  seeds: 1,
  source: 'test_part',
  accuracy: {
    measure: 'accuracy',
    model: 0.5423,
    standard_error: 0.014,
    best_baseline: 'majority_class',
    baseline: 0.5352,
    difference: 0.0071,
    interval: [-0.011, 0.024],
    p_value: 0.2,
    better: 'not_distinguishable',
  },
  simpler_model: {
    name: 'logistic_regression',
    score: 0.5011,
    difference: 0.0412,
    interval: [0.012, 0.07],
    better: 'better',
  },
  money: {
    net_return: 0.031,
    sharpe: 0.42,
    sharpe_interval: [-0.9, 1.7],
    random_entries_p_value: 0.33,
    deflated_sharpe: 0.12,
    moments: null,
    buy_and_hold_return: 0.38,
    break_even_cost_bps: 7.5,
  },
  power: { accuracy_difference: 0.05, trade_edge: 0.25, rows_needed: null, trades_needed: 99 },
  reasons: [`No edge found: ${NASTY}`, 'Random entries earned as much in 33 % of the draws.'],
};

const at = (day: number): string => `2024-01-0${day}T00:00:00.000Z`;
const BACKTEST: BacktestReport = {
  assumptions: {
    ...DEFAULT_TRADING_COSTS,
    capital: 10_000,
    sizing: { type: 'all_in' },
    allow_short: false,
    stop_loss: 0.02,
    take_profit: null,
    bars_per_year: 252,
  },
  in_sample: false,
  symbols: ['AAPL', 'MSFT'],
  timeframe: '1d',
  start: at(1),
  end: at(4),
  bars: 8,
  figures: {
    net_return: 0.031,
    gross_return: 0.04,
    cagr: null,
    volatility: 0.2,
    sharpe: 0.42,
    sortino: null,
    calmar: null,
    max_drawdown: { depth: 0.1, from: at(2), bottom: at(3), recovered: null, bars: 2 },
    trades: 3,
    profit_factor: 1.2,
    hit_rate: 0.5,
    expectancy: 0.01,
    exposure: 0.7,
    turnover: 12,
    costs_paid: 31.5,
  },
  by_year: [
    { year: 2023, net_return: -0.1, max_drawdown: 0.1, trades: 1 },
    { year: 2024, net_return: 0.145, max_drawdown: 0.05, trades: 2 },
  ],
  by_symbol: ['AAPL', 'MSFT'].map((symbol) => ({ symbol, trades: 1, profit: 12, costs: 3, hit_rate: null })),
  benchmarks: [{ name: 'buy_and_hold', net_return: 0.38, sharpe: 1, max_drawdown: 0.2, trades: 1 }],
  luck: {
    random_entries: {
      draws: 10_000,
      model_return: 0.035,
      p_value: 0.33,
      histogram: { edges: [-0.2, 0, 0.2], shares: [0.4, 0.6] },
    },
    sharpe_interval: [-0.9, 1.7],
    moments: null,
    break_even_cost_bps: 7.5,
  },
  equity: [
    { time: at(1), equity: 10_000, drawdown: 0 },
    { time: at(2), equity: 11_000, drawdown: 0 },
    { time: at(3), equity: 9_900, drawdown: 0.1 },
    { time: at(4), equity: 10_310, drawdown: 0.0627 },
  ],
  warnings: [`of ${NASTY}`],
};

const RESULT = {
  verdict: VERDICT,
  backtest: BACKTEST,
  training_metrics: { epochs_trained: 2, best_epoch: 1, stopping_reason: 'all 2 epochs done' },
  test_metrics: {
    test_loss: 0.9,
    test_accuracy: 0.5423,
    mae: null,
    per_class: CLASSES.map((label) => ({ label, precision: 0.5, recall: 0.25, f1: 0.333, support: 4 })),
    confusion_matrix: [
      [1, 2, 1],
      [0, 4, 0],
      [2, 1, 1],
    ],
    classes: CLASSES,
    calibration: {
      expected_calibration_error: 0.0312,
      brier_score: 0.5512,
      bins: [bin(0.3, 0), bin(0.5, 7)],
    },
  },
  baselines: {
    majority_class: { label: 'HOLD', test_accuracy: 0.4211, mae: null, knows: 'labels' },
    last_label: { test_accuracy: 0.3902, unknown_rows: 0, mae: null, knows: 'labels' },
    linear_model: {
      type: 'logistic_regression',
      train_rows: 5600,
      test_accuracy: 0.5011,
      mae: null,
      knows: 'features',
    },
  },
  walk_forward: {
    window_bars: null,
    gap_bars: 0,
    folds: [fold, { ...fold, fold: 2 }],
    test_accuracy: { mean: 0.517, std: 0.028, min: 0.5, max: 0.56 },
    test_loss: { mean: 0.9, std: 0, min: 0.9, max: 0.9 },
  },
  artifacts: {
    per_symbol_metrics: [{ symbol: 'AAPL', rows: 12, test_accuracy: 0.5, baselines: null }],
    feature_importance: {
      rows: 12,
      features: [
        { feature: 'rsi_14', accuracy_drop: 0.0421, loss_rise: 0.0523 },
        { feature: NASTY, accuracy_drop: -0.001, loss_rise: 0 },
      ],
    },
  },
  session_info: { strategy_name: NASTY, seed: 42 },
  data_summary: {
    symbols: ['AAPL'],
    timeframes: ['1h'],
    start_date: '2024-01-02T14:00:00.000Z',
    end_date: '2024-03-01T00:00:00.000Z',
    train_samples: 50,
    validation_samples: 10,
    test_samples: 12,
    data_reports: [
      { file: 'SOUND_1d.csv', bars: 30, start: '2024-01-01', end: '2024-01-30', findings: [] },
      {
        file: 'AAPL_1h.csv',
        bars: 1700,
        start: '2024-01-01T00:00:00Z',
        end: '2024-03-01T00:00:00Z',
        findings: [
          {
            severity: 'warning',
            message: `The price jumps ${NASTY}`,
            examples: [
              { time: '2024-01-02', text: 'from 171 to 43' },
              { time: '2024-02-02', text: NASTY },
            ],
          },
        ],
      },
    ],
    synthetic: false,
  },
  model_info: { type: 'mlp', architecture: '3-8-3', parameters_count: 59 },
} as unknown as TrainingResult;

const epoch = analyseEpoch(epochEnd(1, 1.2), new Float32Array(4), CLASSES, 0);
const REPORT: Report = {
  runId: 'AAPL_trend_20240102_030405',
  epochs: [epoch, { ...epoch, epoch: 2 }],
  alerts: [{ epoch: 2, severity: 'warning', category: 'overfitting', message: `of ${NASTY}` }],
  result: RESULT,
};

describe('reportPage', () => {
  const page = reportPage(REPORT);

  test('shows curves, figures, calibration, features, folds and alerts', () => {
    for (const title of ['Loss', 'Accuracy', 'Learning rate', 'Gradient norm before clipping']) {
      expect(page).toContain(`aria-label="${title}"`);
    }
    expect(page).toContain('aria-label="Reliability diagram"');
    expect(page).toContain('<title>7 rows: sure 55.0 %, right 50.0 %</title>');
    expect(page).toContain('aria-label="Importance of features"');
    expect(page).toContain('<td>logistic regression</td><td>50.1 %</td>');
    expect(page).toContain(
      '<td>2023-03-01 to 2023-04-11</td><td>1200</td><td>1500</td><td>52.0 %</td><td>40.0 %</td>',
    );
    expect(page).toContain('WARNING epoch 2 overfitting');
    expect(page).toContain('<b>SOUND_1d.csv</b>: 30 bars, 2024-01-01 to 2024-01-30, nothing unusual');
    expect(page).toContain('<li><b>warning</b>: The price jumps');
    expect(page).toContain('<br/>2024-01-02: from 171 to 43<br/>');
    // HOLD is always right: the darkest cell.
    expect(page).toContain('<td style="background: rgba(var(--hit), 0.550)">4</td>');
  });

  test('leads with the verdict, and shows equity, luck and years', () => {
    expect(page).toMatch(
      /<p class="verdict">No edge found[^<]*<\/p><p>This page counts one trial on these bars/,
    );
    expect(page.indexOf('<p class="verdict">No edge found')).toBeLessThan(page.indexOf('aria-label="Loss"'));
    expect(page).toContain('<td>difference, 95 % interval</td><td>0.7 points, -1.1 to 2.4</td>');
    expect(page).toContain('costs for each side: 5 bps commission, 2 bps slippage, half of 2 bps spread');
    // from 9,500 at 206 to 11,000 at 30: the capital is at 147.3, the end (10,310) at 111
    expect(page).toContain('d="M64 147.3L278.7 30L493.3 159.1L708 111"');
    expect(page).toContain('<title>0.0 % to 20.0 %: 60.0 % of 10,000 draws</title>');
    // counted like the draws, which is not the net return for several symbols
    expect(page).toContain('>the model: 3.5 %</text>');
    expect(page).toContain('aria-label="Net return by year"');
    expect(page).toContain('<td>maximum drawdown</td><td>10.0 % from 2024-01-02, 2 bars, not recovered</td>');
    expect(page).not.toContain('In-sample');
    const inSample = reportPage({
      ...REPORT,
      result: { ...RESULT, backtest: { ...BACKTEST, in_sample: true } },
    });
    expect(inSample).toContain('In-sample: the model was trained on some of these bars.');
  });

  test('an equity that never moves, without trades, is drawn', () => {
    const flat: BacktestReport = {
      ...BACKTEST,
      figures: { ...BACKTEST.figures, net_return: 0, trades: 0 },
      equity: BACKTEST.equity.map(({ time }) => ({ time, equity: 10_000, drawdown: 0 })),
      luck: { random_entries: null, sharpe_interval: null, moments: null, break_even_cost_bps: null },
      by_year: [{ year: 2024, net_return: 0, max_drawdown: 0, trades: 0 }],
    };
    const drawn = reportPage({ ...REPORT, result: { ...RESULT, backtest: flat } });
    expect(drawn).toContain('There were no trades.');
    expect(drawn).not.toMatch(/NaN|undefined|Infinity/);
    const none = reportPage({ ...REPORT, result: { ...RESULT, backtest: null, verdict: null } });
    expect(none).not.toContain('Backtest');
    expect(drawn).toContain('<h2>Backtest of the test part</h2>');
    const verdict = { ...RESULT.verdict!, source: 'walk_forward' as const };
    const stitched = reportPage({ ...REPORT, result: { ...RESULT, verdict } });
    expect(stitched).toContain('<h2>Backtest of the walk-forward folds</h2>');
  });

  test('loads nothing and runs no scripts', () => {
    expect(page).not.toMatch(/<script|<link|<img|https?:|url\(|@import/);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(page).toContain(`default-src 'none'`);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  test('every tag that opens is closed', () => {
    const open: string[] = [];
    const body = page.slice(page.indexOf('<body>'));
    for (const [, closing, name, selfClosed] of body.matchAll(/<(\/?)([a-z0-9]+)[^>]*?(\/?)>/g)) {
      if (selfClosed === '/') continue;
      if (closing === '') open.push(name!);
      else if (name !== 'html') expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  test('has no calibration for a regression, and orders features by loss', () => {
    const test_metrics = { ...RESULT.test_metrics!, mae: 0.01, calibration: null };
    const regression = reportPage({
      ...REPORT,
      alerts: [],
      result: { ...RESULT, test_metrics, walk_forward: null },
    });
    expect(regression).not.toContain('Reliability');
    expect(regression).toContain('Rise in loss');
    expect(regression).toContain('No alerts.');
  });
});
