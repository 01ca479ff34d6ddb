import {
  type AccuracyComparison,
  type BaselineName,
  type Baselines,
  baselineTitle,
  type ComparedMetric,
  type FigureUnit,
  type MoneyVerdict,
  type TestMetrics,
  type ValidationMetrics,
  type Verdict,
} from '@ktrdr/contracts';
import type { ModelMetadata } from './model-metadata.js';

/** The parts of `metrics.json` that are compared. */
export interface StoredMetrics {
  test_metrics: TestMetrics | null;
  validation_metrics: ValidationMetrics | null;
  baselines: Baselines | null;
  /** Missing in models of earlier versions. */
  verdict?: Verdict | null;
}

export type Metric = Omit<ComparedMetric, 'best'>;

/** What a row shows of one model. */
interface Shown {
  metrics: StoredMetrics;
  metadata: ModelMetadata;
  verdict: Verdict | null;
}

type Described<Name extends string = string> = [
  name: Name,
  title: string,
  unit: FigureUnit,
  better: Metric['better'],
];

/** A row of the table: the value of each model, and where there is one, its 95 % interval. */
interface Row {
  described: Described;
  value: (model: Shown) => number | null | undefined;
  interval?: (model: Shown) => [low: number, high: number] | null | undefined;
}

/** The metrics of models side by side: accuracy, then money, then the rest. Leaves out a metric that no model has. */
export function comparedMetrics(
  stored: readonly StoredMetrics[],
  models: readonly ModelMetadata[],
): Metric[] {
  const shown = stored.map((metrics, index): Shown => ({
    metrics,
    metadata: models[index]!,
    verdict: metrics.verdict ?? null,
  }));
  return [...accuracyRows(stored), ...moneyRows(), ...otherRows()]
    .map(({ described: [name, title, unit, better], value, interval }) => ({
      name,
      title,
      unit,
      better,
      values: shown.map((model) => value(model) ?? null),
      intervals: interval === undefined ? null : shown.map((model) => interval(model) ?? null),
    }))
    .filter(({ values }) => values.some((value) => value !== null));
}

function accuracyRows(stored: readonly StoredMetrics[]): Row[] {
  return [
    test(['test_accuracy', 'test accuracy', 'share', 'higher']),
    test(['mae', 'mean absolute error', 'value', 'lower']),
    ...baselineTitles(stored).map(([name, title]): Row => ({
      described: [`baseline_${name}`, title, 'share', null],
      value: ({ metrics: { baselines } }) => baselines?.[name]?.test_accuracy,
    })),
    ...differenceRows('best_baseline', 'the best baseline', ({ accuracy }) => [accuracy, accuracy.baseline]),
    ofVerdict(
      ['p_value', 'p-value of this difference', 'ratio', 'lower'],
      ({ accuracy }) => accuracy.p_value,
    ),
    ...differenceRows('simpler_model', 'the simpler model', ({ simpler_model: simpler }) => [
      simpler,
      simpler.score,
    ]),
  ];
}

/** How much better the model is than another predictor of the same rows: in points, or for an error as a share of the other's error. */
function differenceRows(
  name: string,
  other: string,
  of: (verdict: Verdict) => [Pick<AccuracyComparison, 'difference' | 'interval'>, score: number],
): Row[] {
  const row = (described: Described, measure: AccuracyComparison['measure']): Row => {
    const scaled = (verdict: Verdict | null) => {
      if (verdict?.accuracy.measure !== measure) return null;
      const [{ difference, interval }, score] = of(verdict);
      const unit = measure === 'accuracy' ? 1 : score;
      // an error of 0 has no shares
      if (unit === 0) return null;
      return [difference, ...interval].map((value) => value / unit) as [number, number, number];
    };
    return {
      described,
      value: ({ verdict }) => scaled(verdict)?.[0],
      interval: ({ verdict }) => {
        const found = scaled(verdict);
        return found === null ? null : [found[1], found[2]];
      },
    };
  };
  return [
    row([`above_${name}`, `points above ${other}`, 'points', 'higher'], 'accuracy'),
    row([`error_below_${name}`, `less error than ${other}`, 'share', 'higher'], 'mean_absolute_error'),
  ];
}

/** Each baseline that a model has, under the name that the verdict gives it, or a common one if models have different kinds. */
function baselineTitles(stored: readonly StoredMetrics[]): [BaselineName, title: string][] {
  const found = new Map<BaselineName, string>();
  for (const { baselines } of stored) {
    for (const [name, baseline] of Object.entries(baselines ?? {}) as [BaselineName, object][]) {
      const title = baselineTitle(name, baseline);
      found.set(name, (found.get(name) ?? title) === title ? title : baselineTitle(name));
    }
  }
  return [...found].map(([name, title]) => [
    name,
    `${name === 'linear_model' ? 'simpler model' : 'baseline'}: ${title}`,
  ]);
}

function moneyRows(): Row[] {
  return [
    money(['net_return', 'net return', 'share', 'higher'], (earned) => earned.net_return),
    money(['buy_and_hold_return', 'buy and hold', 'share', null], (earned) => earned.buy_and_hold_return),
    {
      ...money(['sharpe', 'Sharpe ratio', 'ratio', 'higher'], (earned) => earned.sharpe),
      interval: ({ verdict }) => verdict?.money?.sharpe_interval,
    },
    money(
      ['deflated_sharpe', 'deflated Sharpe ratio', 'ratio', 'higher'],
      (earned) => earned.deflated_sharpe,
    ),
    money(
      ['random_entries_p_value', 'random entries that earned as much', 'share', 'lower'],
      (earned) => earned.random_entries_p_value,
    ),
    money(
      ['break_even_cost_bps', 'break-even cost of a trade', 'basis_points', 'higher'],
      // below 0, the trades lose even without costs
      ({ break_even_cost_bps: cost }) => (cost !== null && cost > 0 ? cost : null),
    ),
    ofVerdict(['trades', 'trades', 'count', null], ({ money: earned, trades }) =>
      earned === null ? null : trades,
    ),
    ofVerdict(['rows', 'rows judged', 'count', null], ({ rows }) => rows),
    ofVerdict(
      ['trials_on_these_bars', 'trials on these bars', 'count', null],
      ({ trials_on_these_bars: trials }) => trials,
    ),
  ];
}

function otherRows(): Row[] {
  return [
    test(['precision', 'precision, weighted mean', 'share', 'higher']),
    test(['recall', 'recall, weighted mean', 'share', 'higher']),
    test(['f1_score', 'F1, weighted mean', 'ratio', 'higher']),
    {
      described: ['log_loss', 'log loss', 'value', 'lower'],
      value: ({ metrics }) => metrics.test_metrics?.calibration?.log_loss,
    },
    test(['test_loss', 'test loss', 'value', 'lower']),
    {
      described: ['val_accuracy', 'validation accuracy', 'share', 'higher'],
      value: ({ metrics }) => metrics.validation_metrics?.val_accuracy,
    },
    {
      described: ['val_loss', 'validation loss', 'value', 'lower'],
      value: ({ metrics }) => metrics.validation_metrics?.val_loss,
    },
    {
      described: ['parameters', 'parameters', 'count', null],
      value: ({ metadata }) => metadata.parameters_count,
    },
  ];
}

type TestFigure = 'test_accuracy' | 'mae' | 'precision' | 'recall' | 'f1_score' | 'test_loss';

function test([name, title, unit, better]: Described<TestFigure>): Row {
  return { described: [name, title, unit, better], value: ({ metrics }) => metrics.test_metrics?.[name] };
}

function ofVerdict(described: Described, value: (verdict: Verdict) => number | null): Row {
  return { described, value: ({ verdict }) => (verdict === null ? null : value(verdict)) };
}

function money(described: Described, value: (earned: MoneyVerdict) => number | null): Row {
  return ofVerdict(described, ({ money: earned }) => (earned === null ? null : value(earned)));
}
