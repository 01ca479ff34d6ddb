import type {
  Baselines,
  DataSummary,
  ResourceUsage,
  TargetDistribution,
  TestMetrics,
  TrainingMetrics,
  TrainingResult,
  ValidationMetrics,
  WalkForward,
} from '@ktrdr/contracts';
import { printable, wrapped } from '../printable.js';
import type { Style } from '../style.js';
import { count, counted, moment, percent } from './numbers.js';
import { pairs, textTable } from './text-table.js';

/** Width of the list of features, so that it fits 80 columns beside its name. */
const FEATURES_WIDTH = 64;

export interface TrainingResultOptions {
  /** Tells also why engines were not taken. */
  verbose: boolean | undefined;
  style: Style;
  /** Most epochs that the run could have taken; `null` where unknown. */
  epochsAsked: number | null;
}

/** What was learnt, on what, and where the model is. After a dry run: what would be trained on. */
export function trainingResultView(
  result: TrainingResult,
  { verbose, style, epochsAsked }: TrainingResultOptions,
): string {
  const { test_metrics, baselines, validation_metrics, data_summary } = result;
  const sections = [
    ...(test_metrics === null
      ? []
      : [
          accuracyView(test_metrics, baselines, validation_metrics, testRowsText(result), style),
          verdict(test_metrics, baselines, style),
          classesView(test_metrics, style),
          confusionView(test_metrics, style),
          symbolsView(result, style),
          walkForwardView(result.walk_forward, style),
          verbose ? importanceView(result, style) : '',
        ]),
    ...(result.training_metrics === null ? [distributionView(data_summary, style)] : []),
    runView(result, epochsAsked, verbose, style),
    ...(result.training_metrics === null ? ['  Dry run: nothing was trained and nothing was stored.'] : []),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** Accuracy on rows that the model never saw, beside what costs little to reach. */
export function accuracyView(
  test: TestMetrics,
  baselines: Partial<Baselines> | null,
  validation: ValidationMetrics | null,
  testRows: string | null,
  style: Style,
): string {
  const rows = testRows === null ? '' : style.dim(`   ${testRows}`);
  return pairs(
    [
      ['test accuracy', style.bold(percent(test.test_accuracy)) + rows],
      ...baselineScores(baselines).map(({ name, accuracy, how }): [string, string] => [
        name,
        percent(accuracy) + style.dim(`   ${how}`),
      ]),
      ['mean absolute error', maeText(test, baselines)],
      ['validation accuracy', validation === null ? null : percent(validation.val_accuracy)],
      ['calibration error', calibrationText(test.calibration, style)],
    ],
    style,
  );
}

interface BaselineScore {
  name: string;
  accuracy: number;
  how: string;
}

/** Those that there are: an older model has fewer. */
function baselineScores(baselines: Partial<Baselines> | null): BaselineScore[] {
  const { majority_class: majority, last_label: last, linear_model: linear } = baselines ?? {};
  const scores: BaselineScore[] = [];
  if (majority !== undefined) {
    const how = `always ${printable(majority.label)}, the most frequent in training`;
    scores.push({ name: 'majority class', accuracy: majority.test_accuracy, how });
  }
  if (last !== undefined) {
    const how = 'the newest label known before each bar';
    scores.push({ name: 'last label', accuracy: last.test_accuracy, how });
  }
  if (linear !== undefined) {
    const name = printable(linear.type.replaceAll('_', ' '));
    scores.push({ name, accuracy: linear.test_accuracy, how: "on the same features of each row's bar" });
  }
  return scores;
}

function maeText({ mae }: TestMetrics, baselines: Partial<Baselines> | null): string | null {
  if (typeof mae !== 'number') return null;
  const linear = baselines?.linear_model?.mae;
  const beside = typeof linear === 'number' ? `   linear regression ${figure(linear)}` : '';
  return figure(mae) + beside;
}

function calibrationText(calibration: TestMetrics['calibration'] | undefined, style: Style): string | null {
  if (!calibration) return null;
  const brier = style.dim(`   Brier score ${calibration.brier_score.toFixed(3)}`);
  return percent(calibration.expected_calibration_error) + brier;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** One honest sentence: the model beside the best baseline. */
export function verdict(test: TestMetrics, baselines: Partial<Baselines> | null, style: Style): string {
  const [best] = baselineScores(baselines).toSorted((a, b) => b.accuracy - a.accuracy);
  if (best === undefined) return '';
  const points = (test.test_accuracy - best.accuracy) * 100;
  if (points > 0) {
    return style.green(
      `  The model is ${points.toFixed(1)} percentage points better than the best baseline,\n  ${best.name}.`,
    );
  }
  const how = points === 0 ? 'is no better than the best baseline' : 'does not beat the best baseline';
  return style.yellow(
    `  The model ${how}: ${best.name} is right\n` +
      `  ${percent(best.accuracy)} of the time, the model ${percent(test.test_accuracy)}.`,
  );
}

export function classesView({ per_class }: TestMetrics, style: Style): string {
  return textTable(
    [
      { head: 'class' },
      { head: 'precision', align: 'right' },
      { head: 'recall', align: 'right' },
      { head: 'F1', align: 'right' },
      { head: 'support', align: 'right' },
    ],
    per_class.map(({ label, precision, recall, f1, support }) => [
      printable(label),
      precision.toFixed(3),
      recall.toFixed(3),
      f1.toFixed(3),
      count(support),
    ]),
    style,
  );
}

export function confusionView({ classes, confusion_matrix }: TestMetrics, style: Style): string {
  const names = classes.map(printable);
  return textTable(
    [{ head: 'true \\ predicted' }, ...names.map((head) => ({ head, align: 'right' as const }))],
    confusion_matrix.map((row, trueClass) => [
      names[trueClass] ?? '',
      ...row.map((rows, predicted) => (predicted === trueClass ? style.bold(count(rows)) : count(rows))),
    ]),
    style,
  );
}

function symbolsView({ artifacts }: TrainingResult, style: Style): string {
  const symbols = artifacts.per_symbol_metrics;
  if (symbols.length < 2) return '';
  const heads = ['test rows', 'test accuracy', 'majority', 'last label', 'linear'];
  return textTable(
    [{ head: 'symbol' }, ...heads.map((head) => ({ head, align: 'right' as const }))],
    symbols.map(({ symbol, rows, test_accuracy, baselines }) => [
      printable(symbol),
      count(rows),
      ...[
        test_accuracy,
        baselines?.majority_class ?? null,
        baselines?.last_label ?? null,
        baselines?.linear_model ?? null,
      ].map((accuracy) => (accuracy === null ? '-' : percent(accuracy))),
    ]),
    style,
  );
}

/** Each fold beside its best baseline, then mean and spread. */
export function walkForwardView(walkForward: WalkForward | null, style: Style): string {
  if (walkForward === null) return '';
  const { folds, test_accuracy: accuracy, test_loss: loss } = walkForward;
  const heads = ['train rows', 'test rows', 'accuracy', 'best baseline'];
  const table = textTable(
    [{ head: 'fold' }, { head: 'tested on' }, ...heads.map((head) => ({ head, align: 'right' as const }))],
    folds.map((fold) => [
      String(fold.fold),
      `${day(fold.test_start)} to ${day(fold.test_end)}`,
      count(fold.train_rows),
      count(fold.test_rows),
      percent(fold.test_accuracy),
      percent(Math.max(...Object.values(fold.baselines))),
    ]),
    style,
  );
  const spread = pairs(
    [
      [
        'walk-forward accuracy',
        `${style.bold(percent(accuracy.mean))} ± ${percent(accuracy.std)}` +
          style.dim(`   ${percent(accuracy.min)} to ${percent(accuracy.max)}`),
      ],
      [
        'walk-forward loss',
        `${loss.mean.toPrecision(3)} ± ${loss.std.toPrecision(3)}` +
          style.dim(`   ${loss.min.toPrecision(3)} to ${loss.max.toPrecision(3)}`),
      ],
    ],
    style,
  );
  return `${table}\n\n${spread}`;
}

function day(moment: string): string {
  return printable(moment.slice(0, 10));
}

/** What each feature is worth, where detailed analytics have found it out. */
function importanceView({ artifacts }: TrainingResult, style: Style): string {
  const importance = artifacts.feature_importance;
  if (importance === null) return '';
  return textTable(
    [
      { head: `feature, shuffled in ${counted(importance.rows, 'test row')}` },
      { head: 'drop in accuracy', align: 'right' },
      { head: 'rise in loss', align: 'right' },
    ],
    importance.features.map(({ feature, accuracy_drop, loss_rise }) => [
      printable(feature),
      percent(accuracy_drop),
      loss_rise.toPrecision(3),
    ]),
    style,
  );
}

/** `556 rows after the training rows`; of several symbols also whose rows they are, where they are not of all. */
function testRowsText({ data_summary, artifacts }: TrainingResult): string {
  const symbols = artifacts.per_symbol_metrics;
  const tested = symbols.filter(({ rows }) => rows > 0).map(({ symbol }) => printable(symbol));
  const whose = tested.length === symbols.length ? '' : `, of ${tested.join(', ')} alone`;
  return `${counted(data_summary.test_samples, 'row')} after the training rows${whose}`;
}

function distributionView({ label_distribution, target_distribution }: DataSummary, style: Style): string {
  if (target_distribution !== null) return targetsView(target_distribution, style);
  return textTable(
    [
      { head: 'label' },
      { head: 'train', align: 'right' },
      { head: 'validation', align: 'right' },
      { head: 'test', align: 'right' },
    ],
    label_distribution.map(({ label, train, validation, test }) => [
      printable(label),
      count(train),
      count(validation),
      count(test),
    ]),
    style,
  );
}

/** What a regression's targets are, part by part. */
function targetsView(parts: readonly TargetDistribution[], style: Style): string {
  const figures = ['mean', 'std', 'min', 'q05', 'median', 'q95', 'max'] as const;
  return textTable(
    [{ head: 'targets' }, ...['rows', ...figures].map((head) => ({ head, align: 'right' as const }))],
    parts.map((part) => [
      part.part,
      count(part.rows),
      ...figures.map((figure) => part[figure].toPrecision(3)),
    ]),
    style,
  );
}

function runView(
  result: TrainingResult,
  epochsAsked: number | null,
  verbose: boolean | undefined,
  style: Style,
): string {
  const { training_metrics, resource_usage, session_info, data_summary, artifacts, model_info } = result;
  return pairs(
    [
      ['data', dataText(data_summary)],
      ['rows', rowsText(data_summary)],
      ['features', training_metrics === null || verbose ? featuresText(data_summary) : null],
      ['epochs', training_metrics === null ? null : epochsText(training_metrics, epochsAsked)],
      [
        'network',
        model_info === null
          ? null
          : `${model_info.type} ${model_info.architecture}, ${counted(model_info.parameters_count, 'parameter')}`,
      ],
      ['engine', engineText(resource_usage)],
      ...(verbose ? rejectedPairs(resource_usage) : []),
      ['seed', String(session_info.seed)],
      ['analytics', analyticsText(training_metrics)],
      ['model', artifacts.model === null ? null : style.bold(printable(artifacts.model))],
      ['', artifacts.model_path === null ? null : printable(artifacts.model_path)],
    ],
    style,
  );
}

function dataText(data: DataSummary): string {
  const synthetic = data.synthetic ? '\nsynthetic bars' : '';
  return (
    printable(`${data.symbols.join(', ')} ${data.timeframes.join(', ')}`) +
    `, ${moment(data.start_date)} to ${moment(data.end_date)}${synthetic}`
  );
}

function rowsText(data: DataSummary): string {
  const purged =
    data.purged_samples === 0 ? '' : `\n${count(data.purged_samples)} left out at the edges between them`;
  return (
    `${count(data.train_samples)} train, ${count(data.validation_samples)} validation, ` +
    `${count(data.test_samples)} test${purged}`
  );
}

function featuresText({ feature_count, features }: DataSummary): string {
  return wrapped(`${count(feature_count)}: ${features.map(printable).join(' ')}`, FEATURES_WIDTH);
}

function epochsText(metrics: TrainingMetrics, asked: number | null): string {
  const of = asked === null || asked === metrics.epochs_trained ? '' : ` of ${count(asked)}`;
  const reason = printable(metrics.stopping_reason).replace(/^early stopping: /, '');
  const stopped = metrics.early_stopped ? `\nstopped early: ${reason}` : '';
  return `${count(metrics.epochs_trained)}${of}, kept epoch ${count(metrics.best_epoch)} of the lowest validation loss${stopped}`;
}

function engineText({ engine, device, training_mode, peak_memory_mb }: ResourceUsage): string {
  const where = training_mode === 'host' ? ' (host service)' : '';
  return `${engine} on ${printable(device)}${where}, ${count(Math.round(peak_memory_mb))} MB at most`;
}

function rejectedPairs({ rejected_engines }: ResourceUsage): [string, string][] {
  return rejected_engines.map(({ engine, reason }) => ['', printable(`not ${engine}: ${reason}`)]);
}

function analyticsText(metrics: TrainingMetrics | null): string | null {
  const analytics = metrics?.analytics ?? null;
  if (analytics === null) return null;
  return `${printable(analytics.directory)} (${counted(analytics.total_alerts, 'alert')})`;
}
