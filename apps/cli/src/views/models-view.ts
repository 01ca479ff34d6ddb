import type { ModelDetails, ModelList, TestMetrics, TrainingResult } from '@ktrdr/contracts';
import { printable } from '../printable.js';
import type { Style } from '../style.js';
import { count, counted, moment, percent } from './numbers.js';
import { pairs, textTable } from './text-table.js';
import {
  accuracyView,
  classesView,
  confusionView,
  verdict,
  walkForwardView,
} from './training-result-view.js';

export function modelsView({ models }: ModelList, style: Style): string {
  if (models.length === 0) return 'No models yet. Train one: ktrdr models train <strategy.yaml>';
  return textTable(
    [
      { head: 'model' },
      { head: 'symbols' },
      { head: 'test accuracy', align: 'right' },
      { head: 'engine' },
      { head: 'seed', align: 'right' },
      { head: 'created' },
    ],
    models.map(({ model, symbols, test_accuracy, engine, seed, created_at }) => [
      printable(model),
      printable(symbols.join(',')),
      test_accuracy === null ? '-' : percent(test_accuracy),
      printable(engine),
      String(seed),
      moment(created_at),
    ]),
    style,
  );
}

export function modelView({ summary, metadata, metrics, files }: ModelDetails, style: Style): string {
  const stored = (metrics ?? {}) as Partial<TrainingResult>;
  const test = isTestMetrics(stored.test_metrics) ? stored.test_metrics : null;
  const sections = [
    pairs(
      [
        ['model', style.bold(printable(summary.model))],
        ['data', dataText(summary.symbols, summary.timeframe, metadata)],
        ['', metadata.synthetic_bars ? 'synthetic bars' : null],
        [
          'network',
          `${summary.model_type} ${metadata.architecture}, ${counted(metadata.parameters_count, 'parameter')}`,
        ],
        ['classes', printable(metadata.classes.join(', '))],
        ['features', count(metadata.feature_count)],
        ['engine', printable(`${summary.engine} on ${metadata.device}`)],
        ['seed', String(summary.seed)],
        ['created', moment(summary.created_at)],
        ['operation', printable(metadata.operation_id)],
        ['folder', printable(summary.path)],
        ['files', printable(files.join('\n'))],
      ],
      style,
    ),
    ...(test === null
      ? []
      : [
          accuracyView(test, stored.baselines ?? null, stored.validation_metrics ?? null, null, style),
          verdict(test, stored.baselines ?? null, style),
          classesView(test, style),
          confusionView(test, style),
          walkForwardView(stored.walk_forward ?? null, style),
        ]),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function dataText(
  symbols: string[],
  timeframe: string,
  { start_date, end_date }: ModelDetails['metadata'],
): string {
  return printable(`${symbols.join(', ')} ${timeframe}, ${moment(start_date)} to ${moment(end_date)}`);
}

function isTestMetrics(value: TestMetrics | null | undefined): value is TestMetrics {
  return Array.isArray(value?.per_class) && Array.isArray(value?.confusion_matrix);
}
