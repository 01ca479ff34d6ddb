import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Analytics, analyticsRunId, type AnalyticsOptions } from './analytics.js';
import { alertsOf, type TrainingAlert } from './analytics-alerts.js';
import { alertsText } from './analytics-files.js';
import { analyseEpoch, type EpochAnalytics } from './epoch-analytics.js';
import { epochEnd, trainingBegin } from '../testing/epoch-end.js';

const CLASSES = ['BUY', 'HOLD', 'SELL'];

/** Four validation rows: two BUY (one taken for SELL), one HOLD taken for BUY, one SELL. */
const end = epochEnd(1, 1.2, {
  trainLoss: 1,
  trainAccuracy: 0.65,
  validation: {
    loss: 1.2,
    accuracy: 0.5,
    outputs: Float32Array.of(Math.log(2), 0, 0, 0, 0, Math.log(2), Math.log(2), 0, 0, 0, 0, Math.log(2)),
  },
  validationTargets: Int32Array.of(0, 0, 1, 2),
  parameters: Float32Array.of(3, 4, 0, 0),
});

describe('analyseEpoch', () => {
  const epoch = analyseEpoch(end, Float32Array.of(0, 0, 0, 12), CLASSES, 100);

  test('measures the change and the norm of the parameters', () => {
    expect(epoch.parameters).toEqual({ change: 13, norm: 5 });
  });

  test('takes precision and recall of each class from the validation part', () => {
    expect(epoch.classes.map(({ precision, recall }) => [precision, recall])).toEqual([
      [0.5, 0.5],
      [0, 0],
      [0.5, 1],
    ]);
  });

  test('confidence and entropy are those of the probabilities (1/2, 1/4, 1/4)', () => {
    expect(epoch.predictions!.confidence).toBeCloseTo(0.5, 6);
    expect(epoch.predictions!.entropy).toBeCloseTo(1.5 * Math.log(2), 6);
  });

  test('overfitting and class balance follow their formulas', () => {
    expect(epoch.overfitting).toBeCloseTo((0.2 / 0.5 + 0.15 / 0.3) / 2, 6);
    // Predicted 2, 0, 2 times: mean 4/3, deviation 0.9428.
    expect(epoch.classBalance).toBeCloseTo(1 - Math.sqrt(8 / 9) / (4 / 3), 6);
    expect(epoch.learningSignal).toBe('strong');
    expect(epoch.rowsProcessed).toBe(200);
  });
});

describe('alertsOf', () => {
  const calm: EpochAnalytics = { ...analyseEpoch(end, new Float32Array(4), CLASSES, 0), classBalance: 0.9 };
  const categories = (change: Partial<EpochAnalytics>): string[] =>
    alertsOf({ ...calm, ...change }).map((alert) => alert.category);

  test('a normal epoch raises none', () => {
    expect(alertsOf({ ...calm, epoch: 50 })).toEqual([]);
  });

  test.each<[string, number, Partial<EpochAnalytics>]>([
    ['vanishing_gradients', 5, { gradientNorm: { mean: 0.005, max: 1 } }],
    ['exploding_gradients', 0, { gradientNorm: { mean: 1, max: 11 } }],
    ['overfitting', 0, { overfitting: 0.8 }],
    ['weak_learning_signal', 3, { learningSignal: 'weak' }],
    ['class_imbalance', 0, { classBalance: 0.4 }],
    ['poor_validation_accuracy', 10, { valAccuracy: 0.3 }],
  ])('%s is raised after epoch %i only', (category, afterEpoch, change) => {
    expect(categories({ ...change, epoch: afterEpoch })).toEqual([]);
    expect(categories({ ...change, epoch: afterEpoch + 1 })).toEqual([category]);
  });
});

describe('alertsText', () => {
  const alert = (epoch: number, category: string): TrainingAlert => ({
    epoch,
    severity: 'warning',
    category,
    message: `of ${epoch}`,
  });

  test('consecutive alerts of one category share a line', () => {
    const alerts = [alert(1, 'a'), alert(2, 'a'), alert(2, 'b'), alert(3, 'a'), alert(5, 'a')];
    expect(alertsText(alerts)).toBe(
      'WARNING epochs 1 to 3 a: of 3\nWARNING epoch 2 b: of 2\nWARNING epoch 5 a: of 5\n',
    );
    expect(alertsText([])).toBe('No alerts.\n');
  });
});

describe('Analytics', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ktrdr-analytics-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function record(change: Partial<AnalyticsOptions> = {}): Promise<Analytics> {
    let now = Date.UTC(2024, 0, 2, 3, 4, 5);
    const analytics = new Analytics({
      directory: join(directory, 'run'),
      runId: analyticsRunId('AAPL', 'trend', now),
      classes: CLASSES,
      strategyText: 'name: trend\n',
      trainingConfig: { epochs: 2 },
      exports: { exportCsv: true, exportJson: true, exportAlerts: true },
      clock: { now: () => now },
      ...change,
    });
    await analytics.onTrainBegin(trainingBegin());
    analytics.onEpochEnd(end);
    analytics.onEpochEnd({ ...end, epoch: 2, gradientNormMax: 12, stopping: 'enough' });
    now += 90_000;
    await analytics.onTrainEnd({ epochsTrained: 2, stoppingReason: 'enough', bestEpoch: 1 });
    return analytics;
  }
  const read = (file: string): Promise<string> => readFile(join(directory, 'run', file), 'utf8');

  test('writes one row for each epoch with 24 columns', async () => {
    await record();
    const [header, first, second, last] = (await read('metrics.csv')).split('\n');
    expect(header).toBe(
      'epoch,train_loss,val_loss,train_acc,val_acc,learning_rate,gradient_norm_avg,gradient_norm_max,param_change_magnitude,' +
        'buy_precision,hold_precision,sell_precision,buy_recall,hold_recall,sell_recall,prediction_confidence_avg,prediction_entropy,' +
        'learning_signal_strength,early_stopping_triggered,overfitting_score,class_balance_score,batch_count,total_samples_processed,' +
        'epoch_duration_seconds',
    );
    expect(first!.split(',').slice(0, 15)).toEqual([
      '1',
      '1',
      '1.2',
      '0.65',
      '0.5',
      '0.001',
      '0.5',
      '1',
      '5',
      '0.5',
      '0',
      '0.5',
      '0.5',
      '0',
      '1',
    ]);
    expect(second!.split(',')).toHaveLength(24);
    // The parameters did not move in the second epoch.
    expect(second!.split(',')[8]).toBe('0');
    expect(second!.split(',').slice(17, 19)).toEqual(['weak', 'true']);
    expect(second!.split(',').slice(21)).toEqual(['4', '200', '0.02']);
    expect(last).toBe('');
  });

  test('writes the details, the alerts and the configuration', async () => {
    const analytics = await record();
    const details = JSON.parse(await read('detailed_metrics.json'));
    expect(Object.keys(details)).toEqual([
      'run_metadata',
      'training_config',
      'epoch_metrics',
      'alerts',
      'final_analysis',
    ]);
    expect(details.run_metadata).toEqual({
      run_id: 'AAPL_trend_20240102_030405',
      start_time: '2024-01-02T03:04:05.000Z',
      end_time: '2024-01-02T03:05:35.000Z',
      total_epochs: 2,
    });
    expect(details.epoch_metrics[1].class_metrics.SELL).toEqual({
      precision: 0.5,
      recall: 1,
      f1: expect.closeTo(2 / 3),
      support: 1,
    });
    expect(details.final_analysis).toEqual({
      total_epochs_completed: 2,
      stopping_reason: 'enough',
      training_duration_minutes: 1.5,
      best_val_accuracy: 0.5,
      best_epoch: 1,
      final_gradient_norm: 0.5,
      alert_count: 3,
    });
    expect(await read('alerts.txt')).toMatch(
      /^CRITICAL epoch 2 exploding_gradients: greatest gradient norm 12\.0/m,
    );
    expect(await read('config.yaml')).toBe('name: trend\n');
    expect(analytics.summary).toEqual({
      run_id: 'AAPL_trend_20240102_030405',
      directory: join(directory, 'run'),
      total_alerts: 3,
    });
  });

  test('writes only the requested files', async () => {
    await record({ exports: { exportCsv: false, exportJson: false, exportAlerts: true } });
    expect((await readdir(join(directory, 'run'))).sort()).toEqual(['alerts.txt', 'config.yaml']);
  });

  test('the cells of a class that the labels do not have are empty', async () => {
    await record({ classes: ['UP', 'HOLD', 'SELL'] });
    expect((await read('metrics.csv')).split('\n')[1]!.split(',')[9]).toBe('');
  });
});
