import type { DataSummary } from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';
import { countClasses } from './data-parts.js';
import type { LoadedBars } from './load-bars.js';
import { classTargets } from './loss.js';
import type { PreparedData } from './prepare-data.js';

/** What a run is trained on, for its result. */
export function summariseData(strategy: Strategy, bars: LoadedBars, data: PreparedData): DataSummary {
  const { dataset, parts, split } = data;
  const [train, validation, test] = [parts.train, parts.validation, parts.test].map(({ targets }) =>
    countClasses(classTargets(targets), dataset.classes.length),
  );
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
    label_distribution: dataset.classes.map((label, index) => ({
      label,
      train: train![index]!,
      validation: validation![index]!,
      test: test![index]!,
    })),
    fingerprints: bars.fingerprints,
    synthetic: bars.symbols.some((symbol) => [...symbol.bars.values()].some(({ synthetic }) => synthetic)),
  };
}

function timeSpan({ dataset }: PreparedData): { first: number; last: number } {
  const withRows = dataset.symbols.filter(({ rows }) => rows > 0);
  return {
    first: Math.min(...withRows.map(({ time }) => time[0]!)),
    last: Math.max(...withRows.map(({ time }) => time.at(-1)!)),
  };
}
