import { printable, type TrainingResult } from '@ktrdr/contracts';
import { accuracyView } from './accuracy-view.js';
import { classesView, confusionView } from './classes-view.js';
import { distributionView } from './distribution-view.js';
import { importanceView } from './importance-view.js';
import { counted } from './numbers.js';
import { equityChart, lossChart } from './outcome-charts.js';
import { runView } from './run-view.js';
import { seedsView } from './seeds-view.js';
import { symbolsView } from './symbols-view.js';
import type { Terminal } from './terminal.js';
import { verdictView } from './verdict-view.js';
import { walkForwardView } from './walk-forward-view.js';

export interface TrainingResultOptions {
  /** Also shows feature importance, and why engines were rejected. */
  verbose: boolean | undefined;
  terminal: Terminal;
  /** Requested number of epochs; `null` if unknown. */
  epochsAsked: number | null;
}

/** Verdict, metrics, data and model of a training. For a dry run: the data that a training would use. */
export function trainingResultView(
  result: TrainingResult,
  { verbose, terminal, epochsAsked }: TrainingResultOptions,
): string {
  const { style } = terminal;
  const { test_metrics, baselines, validation_metrics, data_summary } = result;
  const sections = [
    ...(test_metrics === null
      ? []
      : [
          verdictView(result.verdict ?? null, result.backtest ?? null, verbose, style),
          seedsView(result.seeds ?? null, style),
          curve(result, terminal),
          accuracyView(test_metrics, baselines, validation_metrics, testRowsText(result), style),
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

/** The equity of the model's decisions; for labels that are no decisions the loss. */
function curve({ backtest, training_metrics }: TrainingResult, terminal: Terminal): string {
  const equity = backtest === undefined || backtest === null ? '' : equityChart(backtest, terminal);
  if (equity !== '' || training_metrics === null) return equity;
  return lossChart(training_metrics, terminal);
}

/** `556 rows after the training rows`. Names the symbols if only some of them have test rows. */
function testRowsText({ data_summary, artifacts }: TrainingResult): string {
  const symbols = artifacts.per_symbol_metrics;
  const tested = symbols.filter(({ rows }) => rows > 0).map(({ symbol }) => printable(symbol));
  const whose = tested.length === symbols.length ? '' : `, of ${tested.join(', ')} only`;
  return `${counted(data_summary.test_samples, 'row')} after the training rows${whose}`;
}
