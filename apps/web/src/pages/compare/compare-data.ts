import { TRAINING_OPTION_DEFAULTS, type TrainingOperation, type TrainingResult } from '@ktrdr/contracts';
import type { Curve, CurveRange } from '../../charts/curve.js';
import {
  formatMetric,
  formatNumber,
  formatPercent,
  formatSignedPercent,
  UNKNOWN,
} from '../../format/numbers.js';
import { formatDuration } from '../../format/times.js';
import { settingText } from '../../operations/setting-text.js';
import { wordsOf } from '../../operations/operation-words.js';
import { bestPoint, curvesOf, type CurveMetric, type CurvePoint } from '../operation/curve-data.js';
import type { LineValues } from '../operation/seed-summary.js';

/** One training of a comparison. */
export interface Run {
  operation: TrainingOperation;
  points: readonly CurvePoint[];
  /** `A`, `B`: how the tables call it. */
  letter: string;
  /** 1 to 10: the same colour everywhere. */
  series: number;
}

/** One row of a comparison: a value for each run. */
export interface ComparedRow {
  name: string;
  values: string[];
}

/** Figures of each run: what a training found. */
export function figureRows(runs: readonly Run[]): ComparedRow[] {
  const row = (name: string, of: (result: TrainingResult) => string): ComparedRow => ({
    name,
    values: runs.map(({ operation }) => (operation.result === null ? UNKNOWN : of(operation.result))),
  });
  const best = runs.map(({ points }) => bestPoint(points));
  return [
    row('Net return', ({ backtest }) => formatSignedPercent(backtest?.figures.net_return)),
    row('Sharpe', ({ backtest }) => formatNumber(backtest?.figures.sharpe, 2)),
    row('Max drawdown', ({ backtest }) => formatPercent(backtest?.figures.max_drawdown.depth)),
    row('Trades', ({ backtest }) => formatNumber(backtest?.figures.trades)),
    row('Test accuracy', ({ test_metrics }) => formatPercent(test_metrics?.test_accuracy)),
    row('Test loss', ({ test_metrics }) => formatMetric(test_metrics?.test_loss)),
    row('Mean absolute error', ({ test_metrics }) => formatMetric(test_metrics?.mae)),
    { name: 'Best validation loss', values: best.map((point) => formatMetric(point?.val_loss)) },
    { name: 'Best epoch', values: best.map((point) => formatNumber(point?.epoch)) },
    row('Epochs trained', ({ training_metrics }) => formatNumber(training_metrics?.epochs_trained)),
    row('Training time', ({ training_metrics }) =>
      formatDuration(training_metrics === null ? null : training_metrics.training_time * 1000),
    ),
    row('Calibration error', ({ test_metrics }) =>
      formatPercent(test_metrics?.calibration?.expected_calibration_error),
    ),
    row('Network', ({ model_info }) => (model_info === null ? UNKNOWN : model_info.architecture)),
    row('Parameters', ({ model_info }) => formatNumber(model_info?.parameters_count)),
    row('Engine', ({ resource_usage: { engine, device } }) => `${engine}, ${device}`),
    row('Rows', ({ data_summary }) => formatNumber(data_summary.total_samples)),
    row('Test rows', ({ data_summary }) => formatNumber(data_summary.test_samples)),
    row('Features', ({ data_summary }) => formatNumber(data_summary.feature_count)),
  ].filter(({ values }) => values.some((value) => value !== UNKNOWN));
}

/** Settings of each run: the request of a training. */
export function settingRows(runs: readonly Run[]): ComparedRow[] {
  const settings = runs.map(({ operation: { metadata } }): Record<string, unknown> => {
    const { parameters, ...rest } = metadata;
    return { ...TRAINING_OPTION_DEFAULTS, ...rest, ...parameters };
  });
  const names = [...new Set(settings.flatMap((one) => Object.keys(one)))];
  return names
    .map((name) => ({ name: wordsOf(name), values: settings.map((one) => settingText(one[name])) }))
    .filter(({ values }) => values.some((value) => value !== UNKNOWN));
}

/** The rows in which the runs differ, and those in which they are equal. */
export function splitRows(rows: readonly ComparedRow[]): { different: ComparedRow[]; equal: ComparedRow[] } {
  const isEqual = ({ values }: ComparedRow): boolean => values.every((value) => value === values[0]);
  return { different: rows.filter((row) => !isEqual(row)), equal: rows.filter(isEqual) };
}

/** True if the completed runs were tested on the same rows of the same bars, as far as their results say. */
export function hasSameTestRows(runs: readonly Run[]): boolean {
  const parts = runs.flatMap(({ operation: { result } }) => {
    if (result === null) return [];
    const { fingerprints, test_samples, end_date } = result.data_summary;
    const bars = fingerprints
      .map(({ symbol, timeframe, sha256 }) => `${symbol} ${timeframe} ${sha256}`)
      .sort();
    return [JSON.stringify([bars, test_samples, end_date])];
  });
  return new Set(parts).size <= 1;
}

/** What a comparison draws of several seeds: the best, or their mean and range. */
export type ComparedSeeds = 'best' | 'mean';

/** The validation curves of each run, in the run's colour. */
export function overlaidCurves(
  runs: readonly Run[],
  metric: CurveMetric,
  smoothing: number,
  seeds: ComparedSeeds,
): { x: number[]; curves: Curve[]; ranges: CurveRange[] } {
  const own = runs.map((run) => {
    const best = bestPoint(run.points)?.seed ?? null;
    const points =
      seeds === 'mean'
        ? run.points
        : run.points.filter(({ seed }) => seed === best).map((point) => ({ ...point, seed: null }));
    return { run, ...curvesOf(points, { metric, smoothing, part: 'validation', seeds: 'mean' }) };
  });
  const x = [...new Set(own.flatMap((one) => one.x))].sort((a, b) => a - b);
  const common = own.map(({ run, x: epochs, curves, ranges }) => {
    const indexOf = new Map(epochs.map((epoch, index) => [epoch, index]));
    const onCommonAxis = <Value>(values: readonly Value[]): (Value | undefined)[] =>
      x.map((epoch) => values[indexOf.get(epoch) ?? -1]);
    const valuesOnAxis = (values: LineValues): (number | null)[] =>
      onCommonAxis(values).map((value) => value ?? null);
    const { letter, series } = run;
    return {
      curves: curves.map((curve) => ({
        ...curve,
        name: `${letter} ${curve.name}`,
        series,
        values: valuesOnAxis(curve.values),
        ...(curve.notes === undefined ? {} : { notes: onCommonAxis(curve.notes) }),
      })),
      ranges: ranges.map(({ low, high }) => ({ low: valuesOnAxis(low), high: valuesOnAxis(high), series })),
    };
  });
  return {
    x,
    curves: common.flatMap(({ curves }) => curves),
    ranges: common.flatMap(({ ranges }) => ranges),
  };
}
