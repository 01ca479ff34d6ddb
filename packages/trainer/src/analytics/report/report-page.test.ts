import { describe, expect, test } from '@jest/globals';
import type { TrainingResult } from '@ktrdr/contracts';
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

const RESULT = {
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
    majority_class: { label: 'HOLD', test_accuracy: 0.4211 },
    last_label: { test_accuracy: 0.3902, unknown_rows: 0 },
    linear_model: { type: 'logistic_regression', train_rows: 5600, test_accuracy: 0.5011, mae: null },
  },
  walk_forward: {
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
      '<td>2023-03-01 to 2023-04-11</td><td>1200</td><td>1500</td><td>52.0 %</td><td>53.3 %</td>',
    );
    expect(page).toContain('WARNING epoch 2 overfitting');
    // HOLD is always right: the darkest cell.
    expect(page).toContain('<td style="background: rgba(var(--hit), 0.550)">4</td>');
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
