import {
  baselineTitle,
  bestUninformed,
  type FeatureImportance,
  type TestMetrics,
  type TrainingResult,
  type WalkForward,
} from '@ktrdr/contracts';
import type { TrainingAlert } from '../analytics-alerts.js';
import { alertsText } from '../analytics-files.js';
import type { EpochAnalytics } from '../epoch-analytics.js';
import { backtestView } from './backtest-view.js';
import { calibrationDiagram } from './calibration-diagram.js';
import { dataView } from './data-view.js';
import { escapeHtml, figure, percent, table } from './html.js';
import { horizontalBars } from './horizontal-bars.js';
import { lineChart } from './line-chart.js';
import { REPORT_STYLE } from './report-style.js';
import { verdictView } from './verdict-view.js';

/** Content of the report page. */
export interface Report {
  runId: string;
  epochs: readonly EpochAnalytics[];
  alerts: readonly TrainingAlert[];
  /** The result of a run that has trained. */
  result: TrainingResult;
}

/** Maximum number of features shown, the most important ones. */
const MOST_FEATURES = 40;

/** A self-contained HTML page: curves, metrics of the test part, features, alerts. */
export function reportPage(report: Report): string {
  const { result, runId, alerts } = report;
  const { test_metrics: test, artifacts, walk_forward: walk, verdict, backtest } = result;
  const sections = [
    heading(report),
    ...(verdict ? [section('Verdict', verdictView(verdict))] : []),
    ...(backtest ? [section(`Backtest of ${judgedRows(result)}`, backtestView(backtest))] : []),
    section('Training', `<div class="charts">${curves(report).join('')}</div>`),
    ...(test === null
      ? []
      : [section('Test part', testView(result, test)), section('Classes', classesView(test))]),
    ...(test?.calibration ? [section('Calibration', calibrationView(test.calibration))] : []),
    ...(artifacts.feature_importance === null
      ? []
      : [section('Features', importanceView(artifacts.feature_importance, test?.mae === null))]),
    ...(walk === null ? [] : [section('Walk-forward evaluation', walkForwardView(walk))]),
    section('Data', dataView(result.data_summary.data_reports ?? [])),
    section(
      'Alerts',
      `<pre${alerts.length > 0 ? ' class="alerts"' : ''}>${escapeHtml(alertsText(alerts))}</pre>`,
    ),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(runId)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
${sections.join('\n')}
</body>
</html>
`;
}

function judgedRows({ verdict }: TrainingResult): string {
  return verdict?.source === 'walk_forward' ? 'the walk-forward folds' : 'the test part';
}

function section(title: string, content: string): string {
  return `<h2>${title}</h2>\n${content}`;
}

function heading({ runId, result }: Report): string {
  const { session_info: session, data_summary: data, model_info: model, training_metrics: trained } = result;
  const lines = [
    `${data.symbols.join(', ')} ${data.timeframes.join(', ')}, ${data.start_date.slice(0, 10)} to ${data.end_date.slice(0, 10)}${data.synthetic ? ', synthetic bars' : ''}`,
    `${data.train_samples} training rows, ${data.validation_samples} validation, ${data.test_samples} test; seed ${session.seed}`,
    ...(model === null ? [] : [`${model.type} ${model.architecture}, ${model.parameters_count} parameters`]),
    ...(trained === null
      ? []
      : [`${trained.epochs_trained} epochs, kept epoch ${trained.best_epoch}: ${trained.stopping_reason}`]),
  ];
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n');
  return `<h1>${escapeHtml(session.strategy_name)}</h1>\n<p>${escapeHtml(runId)}</p>\n${paragraphs}`;
}

function curves({ epochs, result }: Report): string[] {
  const best = result.training_metrics?.best_epoch ?? null;
  const line = (name: string, of: (epoch: EpochAnalytics) => number) => ({ name, values: epochs.map(of) });
  return [
    lineChart(
      'Loss',
      [line('training', (epoch) => epoch.trainLoss), line('validation', (epoch) => epoch.valLoss)],
      best,
    ),
    lineChart(
      'Accuracy',
      [line('training', (epoch) => epoch.trainAccuracy), line('validation', (epoch) => epoch.valAccuracy)],
      best,
    ),
    lineChart('Learning rate', [line('learning rate', (epoch) => epoch.learningRate)], best),
    lineChart(
      'Gradient norm before clipping',
      [line('mean', (epoch) => epoch.gradientNorm.mean), line('greatest', (epoch) => epoch.gradientNorm.max)],
      best,
    ),
  ];
}

function testView({ baselines, artifacts }: TrainingResult, test: TestMetrics): string {
  const share = (value: number | undefined | null): string =>
    typeof value === 'number' ? percent(value) : '-';
  const error = (value: number | undefined | null): string =>
    typeof value === 'number' ? figure(value) : '-';
  const regression = test.mae !== null;
  const rows = [
    ['model', percent(test.test_accuracy), error(test.mae), 'the features'],
    ...Object.entries(baselines ?? {}).map(([name, baseline]) => [
      'label' in baseline ? `always ${baseline.label}` : baselineTitle(name, baseline),
      percent(baseline.test_accuracy),
      error(baseline.mae),
      baseline.knows,
    ]),
  ].map(([name, accuracy, mae, knows]) => [name!, accuracy!, ...(regression ? [mae!] : []), knows!]);
  const heads = ['', regression ? 'accuracy of the direction' : 'accuracy'];
  const accuracy = table([...heads, ...(regression ? ['mean absolute error'] : []), 'knows'], rows);
  const symbols = artifacts.per_symbol_metrics;
  if (symbols.length < 2) return accuracy;
  return `${accuracy}<p>&nbsp;</p>${table(
    ['symbol', 'rows', 'model', 'best baseline', 'linear model'],
    symbols.map(({ symbol, rows: count, test_accuracy, baselines: own }) => [
      symbol,
      String(count),
      ...[test_accuracy, own === null ? null : bestUninformed(own), own?.linear_model].map(share),
    ]),
  )}`;
}

/** Precision, recall, F1 and the confusion matrix. A cell is darker the greater its share of its true class. */
function classesView({ per_class, classes, confusion_matrix: matrix }: TestMetrics): string {
  const figures = table(
    ['class', 'precision', 'recall', 'F1', 'support'],
    per_class.map(({ label, precision, recall, f1, support }) => [
      label,
      ...[precision, recall, f1].map((value) => value.toFixed(3)),
      String(support),
    ]),
  );
  const heads = classes.map((name) => `<th>${escapeHtml(name)}</th>`).join('');
  const rows = matrix.map((row, index) => {
    const all = row.reduce((sum, count) => sum + count, 0) || 1;
    const cells = row.map(
      (count) =>
        `<td style="background: rgba(var(--hit), ${((0.55 * count) / all).toFixed(3)})">${count}</td>`,
    );
    return `<tr><th>${escapeHtml(classes[index]!)}</th>${cells.join('')}</tr>`;
  });
  return `${figures}<p>&nbsp;</p><div class="scroll"><table class="confusion"><thead><tr><th>true \\ predicted</th>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function calibrationView(calibration: NonNullable<TestMetrics['calibration']>): string {
  const { expected_calibration_error: error, brier_score: brier } = calibration;
  return `<p>Expected calibration error ${percent(error)}, Brier score ${brier.toFixed(3)}. On the dashed line, accuracy equals confidence.</p>${calibrationDiagram(calibration)}`;
}

function importanceView({ rows, features }: FeatureImportance, byAccuracy: boolean): string {
  const shown = features.slice(0, MOST_FEATURES);
  const bars = shown.map(({ feature, accuracy_drop, loss_rise }) => ({
    name: feature,
    value: byAccuracy ? accuracy_drop : loss_rise,
  }));
  const of =
    shown.length < features.length ? `the first ${shown.length} of ${features.length} features, ` : '';
  return (
    `<p>${byAccuracy ? 'Drop in accuracy' : 'Rise in loss'} when a feature's values are shuffled: ${of}${rows} test rows.</p>` +
    `<div class="scroll">${horizontalBars('Importance of features', bars, byAccuracy ? percent : figure)}</div>`
  );
}

function walkForwardView({ folds, test_accuracy: accuracy }: WalkForward): string {
  return (
    `<p>Accuracy ${percent(accuracy.mean)} ± ${percent(accuracy.std)}, from ${percent(accuracy.min)} to ${percent(accuracy.max)}.</p>` +
    table(
      ['fold', 'tested on', 'training rows', 'test rows', 'accuracy', 'best baseline'],
      folds.map((fold) => [
        String(fold.fold),
        `${fold.test_start.slice(0, 10)} to ${fold.test_end.slice(0, 10)}`,
        String(fold.train_rows),
        String(fold.test_rows),
        percent(fold.test_accuracy),
        percent(bestUninformed(fold.baselines) ?? 0),
      ]),
    )
  );
}
