import { backtestSettings } from '@ktrdr/backtest';
import type { ModelDifference, Timeframe } from '@ktrdr/contracts';
import { featureNormalisation, type Strategy } from '@ktrdr/strategy';
import { fileKey } from './file-keys.js';
import type { ReadModel } from './read-model.js';

/** Characters of a fingerprint that are shown. */
const FINGERPRINT_CHARACTERS = 12;

export interface DescribedModel {
  model: ReadModel;
  strategy: Strategy;
}

/** The facts about data, features and settings that differ between the models. */
export function modelDifferences(models: readonly DescribedModel[]): ModelDifference[] {
  const of = (
    about: ModelDifference['about'],
    facts: (model: DescribedModel) => Map<string, string>,
  ): ModelDifference[] => {
    const all = models.map(facts);
    const names = [...new Set(all.flatMap((each) => [...each.keys()]))];
    return names
      .map((name) => ({ about, name, values: all.map((each) => each.get(name) ?? null) }))
      .filter(({ values }) => new Set(values).size > 1);
  };
  return [...of('data', dataFacts), ...of('features', featureFacts), ...of('settings', settingFacts)];
}

function dataFacts({ model: { metadata } }: DescribedModel): Map<string, string> {
  const { symbols, timeframes, base_timeframe, range, test_part, synthetic_bars, fingerprints } = metadata;
  return new Map([
    ['symbols', symbols.join(', ')],
    ['timeframes', timeframes.join(', ')],
    ['base timeframe', base_timeframe],
    ...(range === null
      ? []
      : [['range', `${range.start ?? 'first bar'} to ${range.end ?? 'last bar'}`] as const]),
    ...(test_part === null
      ? []
      : [
          [
            'test part',
            `${barTime(test_part.start, base_timeframe)} to ${barTime(test_part.end, base_timeframe)}`,
          ] as const,
          ['test rows', test_part.rows.toLocaleString('en-US')] as const,
        ]),
    ['synthetic bars', synthetic_bars ? 'yes' : 'no'],
    ...fingerprints.map(
      ({ symbol, timeframe, sha256 }) =>
        [`bars ${symbol} ${timeframe}`, sha256.slice(0, FINGERPRINT_CHARACTERS)] as const,
    ),
  ]);
}

/** `2024-01-31 19:00`; a daily or weekly bar has the date alone. */
function barTime(timestamp: string, timeframe: Timeframe): string {
  if (timeframe === '1d' || timeframe === '1w') return timestamp.slice(0, 10);
  return timestamp.slice(0, 16).replace('T', ' ');
}

/** Each feature with its normalisation. */
function featureFacts({ strategy }: DescribedModel): Map<string, string> {
  return new Map(
    featureNormalisation(strategy).map(({ feature, method }) => [
      feature,
      method === 'none' ? 'yes' : method,
    ]),
  );
}

function settingFacts({ model: { metadata }, strategy }: DescribedModel): Map<string, string> {
  const { lookbackPeriods, indicators, fuzzySets } = strategy;
  const facts = new Map([
    ['seed', String(metadata.seed)],
    ['engine', metadata.engine],
    ['network', `${metadata.model_type} ${metadata.architecture}`],
    ...strategyFacts(strategy),
    ['lookback_periods', String(lookbackPeriods)],
  ]);
  // the section `decisions` above has these two too
  const { positionAwareness: _, minSeparation: __, ...trading } = backtestSettings(strategy);
  addFacts(facts, 'backtesting', trading);
  for (const indicator of indicators) facts.set(`indicators.${indicator.id}`, indicatorText(indicator));
  for (const fuzzySet of fuzzySets) facts.set(`fuzzy_sets.${fuzzySet.id}`, fuzzySetText(fuzzySet));
  return facts;
}

/** The settings of a strategy without its inputs, by their keys in a strategy file. */
export function strategyFacts({
  model,
  training,
  decisions,
  historyRequired,
}: Strategy): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const [name, value] of Object.entries({ model, training, decisions, historyRequired }))
    addFacts(facts, snakeCase(name), value);
  return new Map([...facts].map(([name, value]) => [fileKey(name), value]));
}

/** `rsi period 14, source close` */
function indicatorText({ type, parameters }: Strategy['indicators'][number]): string {
  return [
    type,
    Object.entries(parameters)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  ].join(' ');
}

/** `price/sma_20: low triangular 0 0.9 1, high triangular 1 1.1 2` */
function fuzzySetText({ series, transform, memberships }: Strategy['fuzzySets'][number]): string {
  const input = transform === null ? series.text : `${transform.reference}/${series.text}`;
  const sets = memberships.map(({ name, type, parameters }) => `${name} ${type} ${parameters.join(' ')}`);
  return `${input}: ${sets.join(', ')}`;
}

/** Adds nested values under paths such as `training.labels.threshold`. A list is one value. */
function addFacts(facts: Map<string, string>, path: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) addFacts(facts, `${path}.${snakeCase(key)}`, inner);
  } else if (value !== null && value !== undefined) {
    facts.set(path, Array.isArray(value) ? value.join(', ') : String(value as string | number | boolean));
  }
}

/** The spelling of names in strategy files. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
