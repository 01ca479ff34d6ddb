import type { ModelDifference } from '@ktrdr/contracts';
import { featureNormalisation, type Strategy } from '@ktrdr/strategy';
import type { ReadModel } from './read-model.js';

/** Characters of a fingerprint that tell two files apart. */
const FINGERPRINT_CHARACTERS = 12;

export interface DescribedModel {
  model: ReadModel;
  strategy: Strategy;
}

/** Every fact that is not the same for all of the models: data, features, settings. */
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
    ['base_timeframe', base_timeframe],
    ...(range === null
      ? []
      : [['range', `${range.start ?? 'first bar'} to ${range.end ?? 'last bar'}`] as const]),
    ...(test_part === null
      ? []
      : [
          ['test_part', `${test_part.start} to ${test_part.end}`] as const,
          ['test_rows', String(test_part.rows)] as const,
        ]),
    ['synthetic_bars', String(synthetic_bars)],
    ...fingerprints.map(
      ({ symbol, timeframe, sha256 }) =>
        [`bars ${symbol} ${timeframe}`, sha256.slice(0, FINGERPRINT_CHARACTERS)] as const,
    ),
  ]);
}

/** Each feature with how it is scaled. */
function featureFacts({ strategy }: DescribedModel): Map<string, string> {
  return new Map(
    featureNormalisation(strategy).map(({ feature, method }) => [
      feature,
      method === 'none' ? 'yes' : method,
    ]),
  );
}

function settingFacts({ model: { metadata }, strategy }: DescribedModel): Map<string, string> {
  const { model, training, decisions, historyRequired, lookbackPeriods, indicators, fuzzySets } = strategy;
  const facts = new Map([
    ['seed', String(metadata.seed)],
    ['engine', metadata.engine],
    ['network', `${metadata.model_type} ${metadata.architecture}`],
  ]);
  const sections = { model, training, decisions, indicators, fuzzySets, historyRequired, lookbackPeriods };
  for (const [name, value] of Object.entries(sections)) addFacts(facts, snakeCase(name), value);
  return facts;
}

/** `training.labels.threshold`; entries of lists by their `id` or `name`, plain lists as one value. */
function addFacts(facts: Map<string, string>, path: string, value: unknown): void {
  if (Array.isArray(value) && value.some((entry) => typeof entry === 'object' && entry !== null)) {
    value.forEach((entry: { id?: string; name?: string }, index) => {
      addFacts(facts, `${path}.${entry.id ?? entry.name ?? index}`, entry);
    });
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) addFacts(facts, `${path}.${snakeCase(key)}`, inner);
  } else if (value !== null && value !== undefined) {
    facts.set(path, Array.isArray(value) ? value.join(', ') : String(value as string | number | boolean));
  }
}

/** Names as strategy files have them. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
