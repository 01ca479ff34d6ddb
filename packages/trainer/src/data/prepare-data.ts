import { KtrdrError } from '@ktrdr/contracts';
import { type DateRange, describeStale } from '@ktrdr/market-data';
import type { DataSettings } from './data-settings.js';
import { buildParts, countClasses, type DataParts } from './data-parts.js';
import { buildDataset, type BuildReport, type Dataset, type SymbolRows } from './dataset.js';
import { whereUnlabelled } from './label-advice.js';
import type { SymbolBars } from './load-bars.js';
import { count, counted, named } from './named.js';
import {
  type ColumnStatistics,
  columnStatistics,
  type FittedNormalisation,
  fitNormalisation,
} from './normalisation.js';
import { type Split, splitRows, splitShares } from './split.js';

/** With fewer rows, the parts are too small for meaningful metrics. */
export const MINIMUM_ROWS = 50;

/** Everything that training needs from the bars. */
export interface PreparedData {
  dataset: Dataset;
  split: Split;
  normalisation: FittedNormalisation[];
  /** Statistics of the training rows, one for each column. */
  statistics: ColumnStatistics[];
  parts: DataParts;
}

/** Called when a phase begins (done = 0) and with its progress, up to 1. */
export type PrepareReport = (phase: Parameters<BuildReport>[0] | 'splitting', done: number) => Promise<void>;

export interface PrepareRequest {
  strategy: DataSettings;
  bars: readonly SymbolBars[];
  range: DateRange;
  validationSplit: number | undefined;
}

/**
 * Turns bars into the parts of a dataset. Fits statistics on training rows only.
 *
 * @throws KtrdrError `no_bars_in_range`, `not_enough_bars`, `empty_split`, `one_class_only`
 */
export async function prepareData(request: PrepareRequest, report: PrepareReport): Promise<PreparedData> {
  const { strategy, bars, range, validationSplit } = request;
  const shares = splitShares(strategy.training.split, validationSplit);
  const dataset = await buildDataset({ strategy, bars, range, shares }, report);
  checkEnoughRows(dataset, strategy);
  await report('splitting', 0);
  const split = splitRows(dataset.symbols, dataset.cuts, strategy.training.embargo);
  checkParts(dataset, split, strategy);
  const data = fitParts(dataset, split);
  checkClasses(dataset, split, data.parts);
  await report('splitting', 1);
  return data;
}

/** Fits the normalisation on the training rows and builds the parts. */
export function fitParts(dataset: Dataset, split: Split): PreparedData {
  const training = dataset.symbols.map(({ features, windowEnds }, symbol) => ({
    features,
    rows: split.parts[symbol]!.train.map((row) => windowEnds[row]!),
  }));
  const statistics = columnStatistics(training, dataset.normalisation.length);
  const normalisation = fitNormalisation(dataset.normalisation, statistics);
  return { dataset, split, normalisation, statistics, parts: buildParts(dataset, split, normalisation) };
}

function checkEnoughRows(dataset: Dataset, strategy: DataSettings): void {
  const { symbols } = dataset;
  const rows = rowsOf(dataset);
  if (rows >= MINIMUM_ROWS) return;
  throw new KtrdrError(
    'not_enough_bars',
    `Not enough bars: training needs ${MINIMUM_ROWS} rows and there ${rows === 1 ? 'is' : 'are'} ${count(rows)}. ${barsText(dataset, strategy)}.`,
    {
      details: {
        rows,
        rows_needed: MINIMUM_ROWS,
        features_without_values: neverKnown(symbols),
        symbols: symbols.map(({ symbol, bars, rows: of, withoutFeatures, withoutLabel }) => ({
          symbol,
          bars,
          rows: of,
          without_features: withoutFeatures,
          without_label: withoutLabel,
        })),
      },
    },
  );
}

/** Features that have no value although the indicators have had enough bars. */
function neverKnown(symbols: readonly SymbolRows[]): string[] {
  const warm = symbols.filter(({ warmingUp, bars }) => warmingUp < bars);
  return [...new Set(warm.flatMap(({ featuresWithoutValues: never }) => never))];
}

function checkParts(dataset: Dataset, split: Split, strategy: DataSettings): void {
  for (const part of ['train', 'validation', 'test'] as const) {
    if (split.parts.some((rows) => rows[part].length > 0)) continue;
    const rows = rowsOf(dataset);
    const name = part === 'train' ? 'training' : part;
    throw new KtrdrError(
      'empty_split',
      `The ${name} part has no rows. ${barsText(dataset, strategy)}. ${count(split.purged)} of the ` +
        `${counted(rows, 'row')} were dropped at the edges of the parts: their label or window crosses an edge, or the embargo covers them.`,
      { details: { part, rows, purged: split.purged } },
    );
  }
}

function rowsOf({ symbols }: Dataset): number {
  return symbols.reduce((sum, symbol) => sum + symbol.rows, 0);
}

/** `EURUSD 1h has 5,000 bars in the range (1,587 without a label, after the last confirmed turning point)` */
function barsText({ symbols }: Dataset, { baseTimeframe, training }: DataSettings): string {
  return symbols
    .map((rows) => {
      const { symbol, bars, withoutLabel } = rows;
      const lost = [
        ...withoutFeaturesText(rows),
        ...(withoutLabel > 0
          ? [`${count(withoutLabel)} without a label, ${whereUnlabelled(training.labels)}`]
          : []),
      ];
      return `${symbol} ${baseTimeframe} has ${counted(bars, 'bar')} in the range${lost.length > 0 ? ` (${lost.join('; ')})` : ''}`;
    })
    .join('; ');
}

/** Why bars have no features: each cause with its number of bars. */
function withoutFeaturesText(rows: SymbolRows): string[] {
  const { withoutFeatures, warmingUp, stale, featuresWithoutValues: never, undefinedFeatures } = rows;
  const outdated = stale.reduce((sum, { bars }) => sum + bars, 0);
  if (never.length > 0 && outdated === 0) {
    const have = never.length === 1 ? 'has' : 'have';
    return [`${count(withoutFeatures)} without features: ${named(never)} ${have} no value on any bar`];
  }
  const rest = withoutFeatures - outdated - warmingUp;
  return [
    ...stale.map((stretch) => `${count(stretch.bars)} left out: ${describeStale(stretch)}`),
    ...(warmingUp > 0 ? [`${count(warmingUp)} without features, as indicators warm up`] : []),
    ...(rest > 0 && undefinedFeatures.length > 0
      ? [
          `${count(rest)} without features: ${named(undefinedFeatures)} ${undefinedFeatures.length === 1 ? 'has' : 'have'} no value there`,
        ]
      : []),
  ];
}

function checkClasses({ classes, symbols, output }: Dataset, split: Split, { train }: DataParts): void {
  if (output === 'regression') return;
  const counts = countClasses(train.targets, classes.length);
  if (counts.filter((count) => count > 0).length > 1) return;
  const only = classes[counts.findIndex((count) => count > 0)];
  const times = symbols.flatMap(({ time }, symbol) => {
    const rows = split.parts[symbol]!.train;
    return rows.length === 0 ? [] : [time[rows[0]!]!, time[rows.at(-1)!]!];
  });
  const [first, last] = [Math.min(...times), Math.max(...times)].map((time) => new Date(time).toISOString());
  throw new KtrdrError(
    'one_class_only',
    `All ${counted(train.rows, 'training row')}, from ${first!.slice(0, 10)} to ${last!.slice(0, 10)}, are ${only}: ` +
      'the network needs at least two classes.',
    { details: { label: only, rows: train.rows, first, last } },
  );
}
