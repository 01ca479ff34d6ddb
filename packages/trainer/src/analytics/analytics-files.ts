import { csvCell, oneLine, type ClassMetrics } from '@ktrdr/contracts';
import type { TrainingAlert } from './analytics-alerts.js';
import type { EpochAnalytics } from './epoch-analytics.js';

type Cell = string | number | boolean | null;

/** The columns of `metrics.csv`, in order. The cells of a class that the labels do not have are empty. */
const COLUMNS: readonly (readonly [name: string, value: (epoch: EpochAnalytics) => Cell])[] = [
  ['epoch', (epoch) => epoch.epoch],
  ['train_loss', (epoch) => epoch.trainLoss],
  ['val_loss', (epoch) => epoch.valLoss],
  ['train_acc', (epoch) => epoch.trainAccuracy],
  ['val_acc', (epoch) => epoch.valAccuracy],
  ['learning_rate', (epoch) => epoch.learningRate],
  ['gradient_norm_avg', (epoch) => epoch.gradientNorm.mean],
  ['gradient_norm_max', (epoch) => epoch.gradientNorm.max],
  ['param_change_magnitude', (epoch) => epoch.parameters.change],
  ['buy_precision', (epoch) => classOf(epoch, 'BUY')?.precision ?? null],
  ['hold_precision', (epoch) => classOf(epoch, 'HOLD')?.precision ?? null],
  ['sell_precision', (epoch) => classOf(epoch, 'SELL')?.precision ?? null],
  ['buy_recall', (epoch) => classOf(epoch, 'BUY')?.recall ?? null],
  ['hold_recall', (epoch) => classOf(epoch, 'HOLD')?.recall ?? null],
  ['sell_recall', (epoch) => classOf(epoch, 'SELL')?.recall ?? null],
  ['prediction_confidence_avg', (epoch) => epoch.predictions?.confidence ?? null],
  ['prediction_entropy', (epoch) => epoch.predictions?.entropy ?? null],
  ['learning_signal_strength', (epoch) => epoch.learningSignal],
  ['early_stopping_triggered', (epoch) => epoch.stopped],
  ['overfitting_score', (epoch) => epoch.overfitting],
  ['class_balance_score', (epoch) => epoch.classBalance],
  ['batch_count', (epoch) => epoch.batches],
  ['total_samples_processed', (epoch) => epoch.rowsProcessed],
  ['epoch_duration_seconds', (epoch) => epoch.seconds],
];

export function metricsCsv(epochs: readonly EpochAnalytics[]): string {
  const lines = epochs.map((epoch) => COLUMNS.map(([, value]) => csvCell(value(epoch))).join(','));
  return `${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\n')}\n`;
}

/** One entry of `epoch_metrics` in `detailed_metrics.json`. */
export function epochEntry(epoch: EpochAnalytics): Record<string, unknown> {
  return {
    epoch: epoch.epoch,
    train_loss: epoch.trainLoss,
    val_loss: epoch.valLoss,
    train_accuracy: epoch.trainAccuracy,
    val_accuracy: epoch.valAccuracy,
    learning_rate: epoch.learningRate,
    gradient_norms: { average: epoch.gradientNorm.mean, maximum: epoch.gradientNorm.max },
    parameter_stats: { change_magnitude: epoch.parameters.change, norm: epoch.parameters.norm },
    class_metrics: Object.fromEntries(
      epoch.classes.map(({ label, precision, recall, f1, support }) => [
        label,
        { precision, recall, f1, support },
      ]),
    ),
    prediction_stats: {
      confidence_average: epoch.predictions?.confidence ?? null,
      entropy: epoch.predictions?.entropy ?? null,
      class_balance_score: epoch.classBalance,
    },
    learning_indicators: {
      signal_strength: epoch.learningSignal,
      overfitting_score: epoch.overfitting,
      early_stopping_triggered: epoch.stopped,
    },
    timing: {
      batch_count: epoch.batches,
      total_samples_processed: epoch.rowsProcessed,
      duration_seconds: epoch.seconds,
    },
  };
}

/** One line for each alert. Alerts of one category in consecutive epochs share a line with the message of the last one. */
export function alertsText(alerts: readonly TrainingAlert[]): string {
  if (alerts.length === 0) return 'No alerts.\n';
  const lines: { from: number; last: TrainingAlert }[] = [];
  const latest = new Map<string, { from: number; last: TrainingAlert }>();
  for (const alert of alerts) {
    const line = latest.get(alert.category);
    if (line?.last.epoch === alert.epoch - 1) {
      line.last = alert;
    } else {
      const begun = { from: alert.epoch, last: alert };
      lines.push(begun);
      latest.set(alert.category, begun);
    }
  }
  return lines
    .map(({ from, last: { epoch, severity, category, message } }) => {
      const epochs = from === epoch ? `epoch ${epoch}` : `epochs ${from} to ${epoch}`;
      return `${severity.toUpperCase()} ${epochs} ${oneLine(`${category}: ${message}`)}\n`;
    })
    .join('');
}

function classOf(epoch: EpochAnalytics, label: string): ClassMetrics | undefined {
  return epoch.classes.find((metrics) => metrics.label === label);
}
