import { TIMEFRAME_MS } from '@ktrdr/contracts';
import { describeStale, formatBarTime } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';
import { countClasses } from './data-parts.js';
import type { SymbolBars } from './load-bars.js';
import type { PreparedData } from './prepare-data.js';
import { USABLE_PART_ROWS } from './range-advice.js';

/** Warnings about data that make the results less reliable. */
export function dataWarnings(strategy: Strategy, bars: readonly SymbolBars[], data: PreparedData): string[] {
  return [
    ...staleBars(strategy, data),
    ...syntheticBars(bars),
    ...oddMinutes(bars),
    ...smallParts(data),
    ...missingSymbols(data),
    ...absentClasses(data),
    ...shortSwings(strategy, data),
    ...constantTarget(data),
    ...constantInputs(strategy, data),
    ...valuesOutsideRange(strategy, data),
  ];
}

/** Names the files that do not cover the base bars, and says what that did to the rows. */
function staleBars({ baseTimeframe }: Strategy, { dataset }: PreparedData): string[] {
  return dataset.symbols.flatMap(({ stale, bars: inRange }) =>
    stale.map((stretch) => {
      const [first, last] = [stretch.from, stretch.to].map((time) => formatBarTime(time, baseTimeframe));
      const number = (value: number): string => value.toLocaleString('en-US');
      return (
        `${describeStale(stretch)}: ${number(stretch.bars)} of ${number(inRange)} ${baseTimeframe} bars ` +
        `(${first} to ${last}) are left out, because their ${stretch.timeframe} values would be out of date or missing. ` +
        `Add ${stretch.timeframe} bars, or train on a range that the file covers.`
      );
    }),
  );
}

function syntheticBars(bars: readonly SymbolBars[]): string[] {
  const files = bars.flatMap((symbol) => [...symbol.bars.values()]).filter(({ synthetic }) => synthetic);
  if (files.length === 0) return [];
  const names = files.map(({ file }) => file).join(', ');
  return [`${names}: synthetic bars. A model trained on them says nothing about a market.`];
}

/** Markets open at quarters of an hour. If most bars do, a bar that does not is probably an error in the file. */
const QUARTER_MS = 15 * 60_000;

function oddMinutes(bars: readonly SymbolBars[]): string[] {
  const files = bars.flatMap((symbol) => [...symbol.bars.values()]);
  return files.flatMap(({ time, timeframe, file }) => {
    if (TIMEFRAME_MS[timeframe] % QUARTER_MS !== 0) return [];
    const odd = time.filter((moment) => moment % QUARTER_MS !== 0);
    if (odd.length === 0 || odd.length * 2 > time.length) return [];
    const first = new Date(odd[0]!).toISOString().replace('.000Z', 'Z');
    return [
      `${file}: ${odd.length === 1 ? 'one bar does' : `${odd.length.toLocaleString('en-US')} bars do`} not open at a quarter ` +
        `of an hour like the others, the first at ${first}. Check the file.`,
    ];
  });
}

function smallParts({ parts: { train, validation, test } }: PreparedData): string[] {
  const parts = { training: train, validation, test };
  return Object.entries(parts)
    .filter(([, { rows }]) => rows < USABLE_PART_ROWS)
    .map(
      ([name, { rows }]) =>
        `The ${name} part has only ${rows} ${rows === 1 ? 'row' : 'rows'}: too few for meaningful metrics. Use a longer date range.`,
    );
}

function missingSymbols({ dataset, split }: PreparedData): string[] {
  const warnings: string[] = [];
  dataset.symbols.forEach(({ symbol }, index) => {
    const parts = split.parts[index]!;
    const empty = [
      ...(parts.train.length === 0 ? ['training'] : []),
      ...(parts.validation.length === 0 ? ['validation'] : []),
      ...(parts.test.length === 0 ? ['test'] : []),
    ];
    if (empty.length > 0) warnings.push(`${symbol} has no rows in the ${empty.join(' and the ')} part.`);
  });
  return warnings;
}

function absentClasses({ dataset, parts }: PreparedData): string[] {
  if (dataset.output === 'regression') return [];
  const counts = countClasses(parts.train.targets, dataset.classes.length);
  const absent = dataset.classes.filter((_, index) => counts[index] === 0);
  if (absent.length === 0) return [];
  return [`No row of the training part is ${absent.join(' or ')}: the model cannot learn to predict that.`];
}

/** If swings are shorter than this on average, they follow the noise of single bars. */
const SHORTEST_SWING_BARS = 4;

/** Warns if the zigzag threshold is so low that labels follow the noise of single bars. */
function shortSwings({ training, baseTimeframe }: Strategy, { dataset, parts }: PreparedData): string[] {
  const { labels } = training;
  if (labels.source !== 'zigzag' || labels.method !== 'segments' || dataset.output === 'regression')
    return [];
  const turns = countClasses(parts.train.targets, dataset.classes.length)[dataset.classes.indexOf('HOLD')]!;
  const bars = parts.train.rows / turns;
  // false also if there are no turns
  if (!(bars < SHORTEST_SWING_BARS)) return [];
  return [
    `A swing lasts ${bars.toFixed(1)} bars of ${baseTimeframe} on average: training.labels.zigzag_threshold ` +
      `${labels.threshold} is low for these bars, and most labels follow noise. Use a higher threshold.`,
  ];
}

function constantTarget({ dataset, parts }: PreparedData): string[] {
  const { targets } = parts.train;
  if (dataset.output === 'classification' || targets.some((target) => target !== targets[0])) return [];
  return [`Every row of the training part has the target ${targets[0]}: there is nothing to learn.`];
}

function constantInputs({ features }: Strategy, { statistics }: PreparedData): string[] {
  return features.flatMap((feature, column) => {
    const { min, max } = statistics[column]!;
    if (min !== max) return [];
    return [
      `Input ${feature} is always ${min} in the training part: the network learns nothing from it. ` +
        "A fuzzy set outside its indicator's range does this.",
    ];
  });
}

/** minmax is fitted on the training rows and not clipped, so later rows can be outside 0..1. */
function valuesOutsideRange({ features }: Strategy, { normalisation, parts }: PreparedData): string[] {
  const columns = normalisation.length;
  return normalisation.flatMap(({ method }, column) => {
    if (method !== 'minmax') return [];
    let [outside, rows] = [0, 0];
    for (const part of [parts.validation, parts.test]) {
      for (let at = column; at < part.features.length; at += columns) {
        const value = part.features[at]!;
        if (value < 0 || value > 1) outside += 1;
      }
      rows += part.rows;
    }
    if (outside === 0) return [];
    return [
      `Input ${features[column]} is outside the training part's range in ${outside} of ${rows} later rows.`,
    ];
  });
}
