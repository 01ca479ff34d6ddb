import type { DataSummary, TargetDistribution } from '@ktrdr/contracts';
import type { DataSettings } from './data-settings.js';
import { countClasses, type DataParts } from './data-parts.js';
import type { ReportedBars } from './load-bars.js';
import type { PreparedData } from './prepare-data.js';

/** Summary of a run's data, for its result. */
export function summariseData(strategy: DataSettings, bars: ReportedBars, data: PreparedData): DataSummary {
  const { dataset, parts, split } = data;
  const { first, last } = timeSpan(data);
  return {
    symbols: strategy.symbols,
    timeframes: strategy.timeframes,
    base_timeframe: strategy.baseTimeframe,
    start_date: new Date(first).toISOString(),
    end_date: new Date(last).toISOString(),
    total_samples: dataset.symbols.reduce((sum, { rows }) => sum + rows, 0),
    train_samples: parts.train.rows,
    validation_samples: parts.validation.rows,
    test_samples: parts.test.rows,
    purged_samples: split.purged,
    feature_count: strategy.features.length,
    features: strategy.features,
    label_distribution: labelDistribution(data),
    target_distribution: dataset.output === 'regression' ? targetDistribution(parts) : null,
    fingerprints: bars.fingerprints,
    data_reports: bars.reports,
    synthetic: bars.symbols.some((symbol) => [...symbol.bars.values()].some(({ synthetic }) => synthetic)),
  };
}

/** Rows of each class; empty for a regression. */
function labelDistribution({ dataset, parts }: PreparedData): DataSummary['label_distribution'] {
  if (dataset.output === 'regression') return [];
  const { classes } = dataset;
  const [train, validation, test] = [parts.train, parts.validation, parts.test].map(({ targets }) =>
    countClasses(targets, classes.length),
  );
  return classes.map((label, index) => ({
    label,
    train: train![index]!,
    validation: validation![index]!,
    test: test![index]!,
  }));
}

function targetDistribution({ train, validation, test }: DataParts): TargetDistribution[] {
  return [
    { part: 'train' as const, ...describeValues(train.targets) },
    { part: 'validation' as const, ...describeValues(validation.targets) },
    { part: 'test' as const, ...describeValues(test.targets) },
  ];
}

/** Statistics of at least one value. Quantiles are interpolated linearly, as in numpy. */
function describeValues(values: ArrayLike<number>): Omit<TargetDistribution, 'part'> {
  const sorted = Float64Array.from(values).sort();
  const rows = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / rows;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const quantile = (share: number): number => {
    const place = share * (rows - 1);
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below + (above - below) * (place - Math.floor(place));
  };
  return {
    rows,
    mean,
    std: rows > 1 ? Math.sqrt(squares / (rows - 1)) : 0,
    min: sorted[0]!,
    q05: quantile(0.05),
    q25: quantile(0.25),
    median: quantile(0.5),
    q75: quantile(0.75),
    q95: quantile(0.95),
    max: sorted[rows - 1]!,
  };
}

function timeSpan({ dataset }: PreparedData): { first: number; last: number } {
  const withRows = dataset.symbols.filter(({ rows }) => rows > 0);
  return {
    first: Math.min(...withRows.map(({ time }) => time[0]!)),
    last: Math.max(...withRows.map(({ time }) => time.at(-1)!)),
  };
}
