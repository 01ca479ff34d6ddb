import { TIMEFRAMES } from '@ktrdr/contracts';
import type { Timeframe } from '@ktrdr/contracts';

import type {
  FuzzySet,
  Membership,
  NnInput,
  NormalisationMethod,
  SeriesReference,
  Strategy,
  StrategyVersion,
} from '../model.js';

/** One column of the feature matrix without lags, and what it is computed from on its timeframe. */
export type FeatureColumn = {
  id: string;
  timeframe: Timeframe;
  series: SeriesReference;
} & (
  | { kind: 'fuzzy'; fuzzySet: FuzzySet; membership: Membership }
  | { kind: 'raw'; normalisation: NormalisationMethod }
);

/** The part of a strategy that determines its features. */
export type FeatureSettings = Pick<
  Strategy,
  | 'sourceVersion'
  | 'timeframes'
  | 'baseTimeframe'
  | 'indicators'
  | 'fuzzySets'
  | 'nnInputs'
  | 'features'
  | 'lookbackPeriods'
>;

/** The parts of a strategy that determine the columns. */
export interface FeatureSource {
  sourceVersion: StrategyVersion;
  timeframes: readonly Timeframe[];
  fuzzySets: readonly FuzzySet[];
  nnInputs: readonly NnInput[];
}

/**
 * The columns in order, without lags. v3: inputs in file order, then timeframes, then memberships. v1 and v2:
 * timeframes from fine to coarse, then names in alphabetical order.
 */
export function featureColumns(source: FeatureSource): FeatureColumn[] {
  const sets = new Map(source.fuzzySets.map((set) => [set.id, set]));
  const columns = source.nnInputs.flatMap((input) =>
    input.timeframes.flatMap((timeframe) => columnsOf(input, timeframe, sets)),
  );
  if (source.sourceVersion === 'v3') return columns;
  return columns.sort(
    (a, b) => TIMEFRAMES.indexOf(a.timeframe) - TIMEFRAMES.indexOf(b.timeframe) || (a.id < b.id ? -1 : 1),
  );
}

/** Ids of all columns: first those without lag, then all with lag 1, then lag 2, ... */
export function featureIds(columns: readonly FeatureColumn[], lookbackPeriods: number): string[] {
  const ids = columns.map((column) => column.id);
  const lagged = Array.from({ length: lookbackPeriods }, (_, lag) => ids.map((id) => `${id}_lag_${lag + 1}`));
  return [...ids, ...lagged.flat()];
}

function columnsOf(
  input: NnInput,
  timeframe: Timeframe,
  sets: ReadonlyMap<string, FuzzySet>,
): FeatureColumn[] {
  if (input.kind === 'raw') {
    const { series, normalisation } = input;
    return [{ kind: 'raw', id: `${timeframe}_${series.text}_raw`, timeframe, series, normalisation }];
  }
  const fuzzySet = sets.get(input.fuzzySet);
  if (fuzzySet === undefined) return [];
  return fuzzySet.memberships.map((membership) => ({
    kind: 'fuzzy',
    id: `${timeframe}_${fuzzySet.id}_${membership.name}`,
    timeframe,
    series: fuzzySet.series,
    fuzzySet,
    membership,
  }));
}
