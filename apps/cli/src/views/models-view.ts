import {
  printable,
  type ListedModel,
  type ModelDetails,
  type ModelList,
  type TestMetrics,
  type TrainedBars,
  type TrainingResult,
} from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { FINGERPRINT_CHARACTERS } from './bars-view.js';
import { accuracyView } from './accuracy-view.js';
import { ago } from './ago.js';
import { classesView, confusionView } from './classes-view.js';
import { count, counted, instant, orDash, percent, period } from './numbers.js';
import { pairs, textTable } from './text-table.js';
import { seedsView } from './seeds-view.js';
import { labelText, verdictView } from './verdict-view.js';
import { walkForwardView } from './walk-forward-view.js';

/** One line per model. A narrow terminal shows the verdict without the accuracies behind it. */
export function modelsView({ models }: ModelList, { columns, now, style }: Screen): string {
  if (models.length === 0) return 'No models yet. Train one: ktrdr models train <strategy.yaml>';
  const right = { align: 'right' as const };
  const table = textTable(
    [
      { head: 'model' },
      { head: 'symbols', least: 9 },
      { head: 'verdict' },
      { head: 'accuracy', ...right, drop: 2 },
      { head: 'baseline', ...right, drop: 3 },
      { head: 'engine', drop: 4 },
      { head: 'created', drop: 1 },
    ],
    models.map((listed) => modelRow(listed, now, style)),
    style,
    columns,
  );
  const problems = models
    .filter(({ problem }) => problem !== null)
    .map(({ model, problem }) => style.yellow(`  ${printable(`${model}: ${problem}`)}`));
  return [table, ...problems].join('\n');
}

function modelRow(listed: ListedModel, now: number, style: Style): string[] {
  const { model, symbols, verdict, test_accuracy, baseline_accuracy, engine, created_at, damage } = listed;
  return [
    printable(model),
    printable(symbols.join(',') || '-'),
    damage !== null ? style.yellow('damaged') : labelText(verdict, style),
    orDash(test_accuracy, percent),
    orDash(baseline_accuracy, percent),
    printable(engine ?? '-'),
    created_at === null ? '-' : ago(created_at, now),
  ];
}

/** @param verbose also shows the reasons of the verdict */
export function modelView(
  { summary, metadata, metrics, files, bars }: ModelDetails,
  verbose: boolean | undefined,
  style: Style,
): string {
  const stored = (metrics ?? {}) as Partial<TrainingResult>;
  const test = isTestMetrics(stored.test_metrics) ? stored.test_metrics : null;
  const sections = [
    test === null ? '' : verdictView(stored.verdict ?? null, stored.backtest ?? null, verbose, style),
    pairs(
      [
        ['model', style.bold(printable(summary.model))],
        ['data', dataText(summary.symbols, summary.timeframe, metadata)],
        ['', metadata.synthetic_bars ? 'synthetic bars' : null],
        ['test part', testPartText(metadata)],
        ['bars', bars.map((one) => trainedBarsText(one, style)).join('\n')],
        [
          'network',
          `${summary.model_type} ${metadata.architecture}, ${counted(metadata.parameters_count, 'parameter')}`,
        ],
        ['classes', printable(metadata.classes.join(', '))],
        ['features', count(metadata.feature_count)],
        ['engine', printable(`${summary.engine} on ${metadata.device}`)],
        ['seed', String(summary.seed)],
        [
          'made with',
          printable(
            `ktrdr ${metadata.versions.ktrdr}, Node ${metadata.versions.node}, ${metadata.versions.engine}`,
          ),
        ],
        ['created', instant(summary.created_at)],
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
          classesView(test, style),
          confusionView(test, style),
          seedsView(stored.seeds ?? null, style),
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
  return printable(`${symbols.join(', ')} ${timeframe}, ${period(start_date, end_date)}`);
}

function testPartText({ test_part }: ModelDetails['metadata']): string | null {
  if (test_part === null) return null;
  return `${period(test_part.start, test_part.end)}, ${counted(test_part.rows, 'row')}`;
}

/** The exact bars that a model was trained on, and whether they are still there. */
function trainedBarsText({ symbol, timeframe, sha256, state }: TrainedBars, style: Style): string {
  const bars = printable(`${symbol} ${timeframe} ${sha256.slice(0, FINGERPRINT_CHARACTERS)}`);
  switch (state) {
    case 'unchanged':
      return `${bars}   unchanged since the training`;
    case 'changed':
      return `${bars}   ${style.yellow('the file has changed since the training')}`;
    case 'missing':
      return `${bars}   ${style.yellow('the file is missing')}`;
  }
}

function isTestMetrics(value: TestMetrics | null | undefined): value is TestMetrics {
  return Array.isArray(value?.per_class) && Array.isArray(value?.confusion_matrix);
}
