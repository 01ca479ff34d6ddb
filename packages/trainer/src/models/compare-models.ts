import { backtestSettings } from '@ktrdr/backtest';
import { type AccuracyComparison, type ModelComparison, VERDICT_ALPHA } from '@ktrdr/contracts';
import { normalQuantile } from '@ktrdr/statistics';
import { comparedMetrics, type Metric, type StoredMetrics } from './compared-metrics.js';
import { modelDifferences } from './model-differences.js';
import { type ModelMetadata, summaryOf } from './model-metadata.js';
import { jsonOf, type ReadModel } from './read-model.js';
import { storedStrategy } from './stored-strategy.js';

/**
 * Compares the metrics of models and lists how the models differ. Marks the best accuracy (for a regression, the smallest error)
 * only if all models have the same test rows, and the best differs from all others by more than chance. The chance of the other metrics
 * is not known, so they have no mark.
 *
 * @throws KtrdrError `model_damaged`, `model_unsupported`
 */
export function compareModels(models: readonly ReadModel[]): ModelComparison {
  const compared = models.map((model) => ({
    model,
    strategy: storedStrategy(model),
    metrics: jsonOf(model, 'metrics.json') as unknown as StoredMetrics,
  }));
  const all = models.map(({ metadata }) => metadata);
  const strategies = compared.map(({ strategy }) => strategy);
  const stored = compared.map(({ metrics }) => metrics);
  const otherRows = testPartWarnings(all);
  const warnings = [
    ...(otherRows.length > 0 ? otherRows : judgedWarnings(stored)),
    ...(same(strategies.map(({ training }) => training.labels))
      ? []
      : ['The labels differ: a correct prediction of one model can be wrong for the other.']),
  ];
  const comparable = warnings.length === 0;
  const chance = comparable ? chanceWarning(stored) : null;
  if (chance !== null) warnings.push(chance);
  const marked = all[0]!.output_type === 'regression' ? 'mae' : 'test_accuracy';
  const sameLoss = same(strategies.map(({ training }) => [training.loss, training.classWeights]));
  if (!sameLoss) warnings.push('The models have different losses: their values cannot be compared.');
  const costs = strategies.map((strategy) => {
    const { commission_bps, slippage_bps, spread_bps } = backtestSettings(strategy);
    return [commission_bps, slippage_bps, spread_bps];
  });
  if (!same(costs)) warnings.push('The models pay different costs: what they earned cannot be compared.');
  return {
    models: models.map(({ metadata, directory }) => summaryOf(metadata, directory)),
    comparable,
    metrics: comparedMetrics(stored, all).map((metric) => ({
      ...metric,
      best: comparable && chance === null && metric.name === marked ? bestOf(metric) : [],
    })),
    differences: modelDifferences(compared),
    warnings,
  };
}

/** Reasons why the metrics of the models are not comparable. */
function testPartWarnings(models: readonly ModelMetadata[]): string[] {
  const differ = (what: (model: ModelMetadata) => unknown, text: string): string[] =>
    same(models.map(what)) ? [] : [`${text}: their metrics cannot be compared.`];
  return [
    ...differ(({ output_type, classes }) => [output_type, classes], 'The models have different output types'),
    ...differ(({ symbols }) => symbols.toSorted(), 'The models were tested on different symbols'),
    ...differ(({ base_timeframe }) => base_timeframe, 'The models were tested on different timeframes'),
    ...(models.some(({ test_part }) => test_part === null)
      ? [
          'An earlier version stored one of the models without its test rows: the metrics may not be comparable.',
        ]
      : differ(({ test_part }) => test_part, 'The models were tested on different rows')),
    ...differ(
      ({ fingerprints, base_timeframe }) =>
        fingerprints
          .filter(({ timeframe }) => timeframe === base_timeframe)
          .map(({ symbol, sha256 }) => `${symbol} ${sha256}`)
          .toSorted(),
      'The models were tested on different bars (fingerprints)',
    ),
  ];
}

/** Models with the same test part are judged on different rows if their walk-forward folds differ, or if only one has folds. */
function judgedWarnings(stored: readonly StoredMetrics[]): string[] {
  const judged = stored.flatMap(({ verdict }) => (verdict ? [[verdict.source, verdict.rows]] : []));
  return judged.length === 0 || same(judged)
    ? []
    : [
        'The models were judged on different rows (test part or walk-forward folds): their verdicts cannot be compared.',
      ];
}

/**
 * Why no model can be called the best; `null` if one can. The errors of two models on the same rows are correlated, which the standard
 * errors of the two do not show: the true interval is narrower, so a model that is marked here does differ from the others.
 */
function chanceWarning(stored: readonly StoredMetrics[]): string | null {
  const scores = stored.map(({ verdict }) => verdict?.accuracy);
  if (!scores.every(isMeasured)) {
    return 'An earlier version stored one of the models without the standard error of its accuracy, so it is unknown whether they differ. None is marked.';
  }
  const sign = scores[0]!.measure === 'accuracy' ? 1 : -1;
  const [best, ...others] = scores.toSorted((a, b) => sign * (b.model - a.model));
  const within = (other: AccuracyComparison): number =>
    normalQuantile(1 - VERDICT_ALPHA / 2) * Math.hypot(best!.standard_error, other.standard_error);
  const close = others.filter((other) => Math.abs(best!.model - other.model) <= within(other));
  if (close.length === 0) return null;
  const next = close[0]!;
  const [difference, chance] = [Math.abs(best!.model - next.model), within(next)].map((value) =>
    sign > 0 ? `${(100 * value).toFixed(1)} points` : String(Number(value.toPrecision(3))),
  );
  return `No model is distinguishable from all others: the best differs from another by ${difference!}, and chance explains up to ${chance!}. None is marked.`;
}

function isMeasured(accuracy: AccuracyComparison | undefined): accuracy is AccuracyComparison {
  return typeof accuracy?.standard_error === 'number';
}

function bestOf({ better, values }: Metric): number[] {
  if (better === null) return [];
  const known = values.filter((value) => value !== null);
  const best = better === 'higher' ? Math.max(...known) : Math.min(...known);
  return values.flatMap((value, index) => (value === best ? [index] : []));
}

function same(values: readonly unknown[]): boolean {
  return new Set(values.map((value) => JSON.stringify(value))).size === 1;
}
