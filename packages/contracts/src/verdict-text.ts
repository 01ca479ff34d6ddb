/** The sentences of a verdict. Every place that shows one uses them, so that no place promises more than another. */
import type { AccuracyComparison, SimplerModelComparison } from './verdict.js';

/** `pivot direction`, `logistic regression`: the name of a baseline in a text. @param baseline its result, where there is one */
export function baselineTitle(name: string, baseline: object = {}): string {
  return ('type' in baseline ? String(baseline.type) : name).replaceAll('_', ' ');
}

/**
 * The model beside the best uninformed baseline. "Better" only if the interval excludes 0: `The model is not distinguishable from the
 * best baseline (difference 0.7 points, 95 % interval -1.1 to 2.4, 735 rows): last label, 78.5 %.`
 */
export function accuracyText(accuracy: AccuracyComparison, rows: number): string {
  const { best_baseline: name, baseline, better, measure } = accuracy;
  const score = measure === 'accuracy' ? percent(baseline) : `mean error ${significant(baseline)}`;
  return `The model is ${distinctionText(better)} the best baseline (${differenceText(accuracy, measure, baseline)}, ${counted(rows)}): ${baselineTitle(name)}, ${score}.`;
}

/** The network beside the linear model of the same features. */
export function simplerModelText(
  simpler: SimplerModelComparison,
  measure: AccuracyComparison['measure'],
): string {
  const { name, better, score } = simpler;
  const title = name.replaceAll('_', ' ');
  const worth = better === 'better' ? 'is worth it: it is better than' : `is ${distinctionText(better)}`;
  return `The network ${worth} ${title} on the same features (${differenceText(simpler, measure, score)}).`;
}

function distinctionText(better: AccuracyComparison['better']): string {
  if (better === 'not_distinguishable') return 'not distinguishable from';
  return `${better} than`;
}

/** `difference 0.7 points, 95 % interval -1.1 to 2.4`; for an error, in percent of the other's error. */
export function differenceText(
  { difference, interval }: Pick<AccuracyComparison, 'difference' | 'interval'>,
  measure: AccuracyComparison['measure'],
  other: number,
): string {
  const unit = measure === 'accuracy' ? 1 : other || 1;
  const shown = (value: number): string => ((100 * value) / unit).toFixed(1).replace(/^-0\.0$/, '0.0');
  const what = measure === 'accuracy' ? 'points' : '% of its error';
  return `difference ${shown(difference)} ${what}, 95 % interval ${shown(interval[0])} to ${shown(interval[1])}`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function counted(rows: number): string {
  return `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`;
}
