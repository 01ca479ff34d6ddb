import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnalyticsSummary, TrainingResult } from '@ktrdr/contracts';
import { encodedSymbol } from '@ktrdr/market-data';
import { reportPage } from './report/report-page.js';
import { alertsOf, type TrainingAlert } from './analytics-alerts.js';
import { alertsText, epochEntry, metricsCsv } from './analytics-files.js';
import { analyseEpoch, type EpochAnalytics } from './epoch-analytics.js';
import type {
  CallbackMemory,
  EpochEnd,
  TrainingBegin,
  TrainingCallback,
  TrainingEnd,
} from '../loop/training-callback.js';

export interface AnalyticsOptions {
  /** Created if it does not exist. */
  directory: string;
  runId: string;
  /** Names of the classes in order. */
  classes: readonly string[];
  /** The strategy file's text, for `config.yaml`. */
  strategyText: string;
  /** Settings of the run, for `detailed_metrics.json`. */
  trainingConfig: Readonly<Record<string, unknown>>;
  exports: { exportCsv: boolean; exportJson: boolean; exportAlerts: boolean };
  /** `now` in ms since 1970. */
  clock: { now(): number };
}

interface AnalyticsMemory {
  epochs: EpochAnalytics[];
  alerts: TrainingAlert[];
  /** ms since 1970 */
  start: number;
}

/** Returns `{symbol}_{strategy}_{YYYYMMDD_HHMMSS}`, in UTC: a folder name, so the symbol is encoded. @param start ms since 1970 */
export function analyticsRunId(symbol: string, strategy: string, start: number): string {
  const [date, time] = new Date(start).toISOString().replaceAll(/[-:]/g, '').slice(0, 15).split('T');
  return `${encodedSymbol(symbol)}_${strategy}_${date}_${time}`;
}

/**
 * Detailed analytics: writes what happened in each epoch to `metrics.csv`, `detailed_metrics.json`, `alerts.txt` and `config.yaml` in
 * one folder. `writeReport` adds `report.html` after the evaluation.
 */
export class Analytics implements TrainingCallback {
  private epochs: EpochAnalytics[] = [];
  private alerts: TrainingAlert[] = [];
  private parameters = new Float32Array(0);
  private start = 0;

  constructor(private readonly options: AnalyticsOptions) {}

  async onTrainBegin(begin: TrainingBegin): Promise<void> {
    this.start = this.options.clock.now();
    this.parameters = begin.parameters.slice();
    await mkdir(this.options.directory, { recursive: true });
    await this.write('config.yaml', this.options.strategyText);
  }

  onEpochEnd(end: EpochEnd): undefined {
    const rowsBefore = this.epochs.at(-1)?.rowsProcessed ?? 0;
    const epoch = analyseEpoch(end, this.parameters, this.options.classes, rowsBefore);
    this.parameters.set(end.parameters);
    this.epochs.push(epoch);
    this.alerts.push(...alertsOf(epoch));
  }

  async onTrainEnd(end: TrainingEnd): Promise<void> {
    const { exports } = this.options;
    if (exports.exportCsv) await this.write('metrics.csv', metricsCsv(this.epochs));
    if (exports.exportJson) {
      await this.write('detailed_metrics.json', `${JSON.stringify(this.details(end), null, 2)}\n`);
    }
    if (exports.exportAlerts) await this.write('alerts.txt', alertsText(this.alerts));
  }

  /** Writes `report.html`. */
  writeReport(result: TrainingResult): Promise<void> {
    const { runId } = this.options;
    return this.write('report.html', reportPage({ runId, epochs: this.epochs, alerts: this.alerts, result }));
  }

  save(): CallbackMemory {
    const { epochs, alerts, start } = this;
    return {
      values: { epochs: [...epochs], alerts: [...alerts], start },
      arrays: { parameters: this.parameters.slice() },
    };
  }

  restore({ values, arrays }: CallbackMemory): void {
    const { epochs, alerts, start } = values as AnalyticsMemory;
    this.epochs = epochs;
    this.alerts = alerts;
    this.start = start;
    this.parameters = arrays['parameters']!.slice();
  }

  get summary(): AnalyticsSummary {
    const { runId, directory } = this.options;
    return { run_id: runId, directory, total_alerts: this.alerts.length };
  }

  private details(end: TrainingEnd): Record<string, unknown> {
    const { runId, trainingConfig, clock } = this.options;
    const now = clock.now();
    return {
      run_metadata: {
        run_id: runId,
        start_time: new Date(this.start).toISOString(),
        end_time: new Date(now).toISOString(),
        total_epochs: end.epochsTrained,
      },
      training_config: trainingConfig,
      epoch_metrics: this.epochs.map(epochEntry),
      alerts: this.alerts,
      final_analysis: {
        total_epochs_completed: end.epochsTrained,
        stopping_reason: end.stoppingReason,
        training_duration_minutes: (now - this.start) / 60_000,
        best_val_accuracy: this.epochs.reduce((best, epoch) => Math.max(best, epoch.valAccuracy), 0),
        best_epoch: end.bestEpoch,
        final_gradient_norm: this.epochs.at(-1)?.gradientNorm.mean ?? null,
        alert_count: this.alerts.length,
      },
    };
  }

  private write(file: string, text: string): Promise<void> {
    return writeFile(join(this.options.directory, file), text);
  }
}
