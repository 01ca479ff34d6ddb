import {
  printable,
  type DataSummary,
  type ResourceUsage,
  type TrainingMetrics,
  type TrainingResult,
} from '@ktrdr/contracts';
import { wrapped } from '../wrapped.js';
import type { Style } from '../style.js';
import { dataReportsSummary } from './data-reports-view.js';
import { count, counted, period } from './numbers.js';
import { pairs } from './text-table.js';

/** Width of the list of features; together with its label it fits 80 columns. */
const FEATURES_WIDTH = 64;

export function runView(
  result: TrainingResult,
  epochsAsked: number | null,
  verbose: boolean | undefined,
  style: Style,
): string {
  const { training_metrics, resource_usage, session_info, data_summary, artifacts, model_info } = result;
  return pairs(
    [
      ['data', dataText(data_summary)],
      ['', dataReportsSummary(data_summary.data_reports ?? [])],
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
    `, ${period(data.start_date, data.end_date)}${synthetic}`
  );
}

function rowsText(data: DataSummary): string {
  const purged =
    data.purged_samples === 0 ? '' : `\n${count(data.purged_samples)} purged between these parts`;
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
  return `${count(metrics.epochs_trained)}${of}, kept epoch ${count(metrics.best_epoch)} with the lowest validation loss${stopped}`;
}

function engineText({ engine, device, training_mode, peak_memory_mb }: ResourceUsage): string {
  const where = training_mode === 'host' ? ' (host service)' : '';
  return `${engine} on ${printable(device)}${where}, peak memory ${count(Math.round(peak_memory_mb))} MB`;
}

function rejectedPairs({ rejected_engines }: ResourceUsage): [string, string][] {
  return rejected_engines.map(({ engine, reason }) => ['', printable(`not ${engine}: ${reason}`)]);
}

function analyticsText(metrics: TrainingMetrics | null): string | null {
  const analytics = metrics?.analytics ?? null;
  if (analytics === null) return null;
  return `${printable(analytics.directory)} (${counted(analytics.total_alerts, 'alert')})`;
}
