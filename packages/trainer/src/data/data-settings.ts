import type { FeatureSettings, Strategy } from '@ktrdr/strategy';

/**
 * The part of a strategy that determines features, labels and parts. Preparing data gets nothing else, so the key of the feature cache
 * covers everything that it reads.
 */
export interface DataSettings extends FeatureSettings, Pick<Strategy, 'symbols' | 'historyRequired'> {
  /** Bars in the network's input for one row. */
  window: number;
  training: Pick<Strategy['training'], 'labels' | 'split' | 'embargo'>;
  decisions: Pick<Strategy['decisions'], 'outputFormat'>;
}

/** Copies these settings from a strategy, without the others. */
export function dataSettingsOf(strategy: Strategy): DataSettings {
  const { sourceVersion, symbols, timeframes, baseTimeframe, historyRequired } = strategy;
  const { indicators, fuzzySets, nnInputs, features, lookbackPeriods } = strategy;
  const { labels, split, embargo } = strategy.training;
  return {
    sourceVersion,
    symbols,
    timeframes,
    baseTimeframe,
    historyRequired,
    indicators,
    fuzzySets,
    nnInputs,
    features,
    lookbackPeriods,
    window: windowOf(strategy),
    training: { labels, split, ...(embargo === undefined ? {} : { embargo }) },
    decisions: { outputFormat: strategy.decisions.outputFormat },
  };
}

/** Bars in the network's input for one row. */
export function windowOf({ model }: Pick<Strategy, 'model'>): number {
  return 'sequenceLength' in model ? model.sequenceLength : 1;
}
