import { TIMEFRAME_MS } from '@ktrdr/contracts';
import { type Bars, describeStale, formatBarTime } from '@ktrdr/market-data';
import type { DataSettings } from './data-settings.js';
import { countClasses } from './data-parts.js';
import { inputWarnings } from './input-warnings.js';
import type { ReportedBars } from './load-bars.js';
import { count, counted, named } from './named.js';
import type { PreparedData } from './prepare-data.js';
import { USABLE_PART_ROWS } from './range-advice.js';
import { reportWarnings } from './report-warnings.js';
import { syntheticWarning } from './synthetic-warning.js';

/** Warnings about data that make the results less reliable, most serious first. One cause is one warning, however often it occurs. */
export function dataWarnings(
  strategy: DataSettings,
  { symbols, reports }: Pick<ReportedBars, 'symbols' | 'reports'>,
  data: PreparedData,
): string[] {
  const files = symbols.flatMap((symbol) => [...symbol.bars.values()]);
  return [
    ...reportWarnings(reports, data),
    ...staleBars(strategy, data),
    ...constantTarget(data),
    ...absentClasses(data),
    ...undefinedRows(strategy, data),
    ...syntheticWarning(files),
    ...missingSymbols(data),
    ...smallParts(data),
    ...inputWarnings(strategy, data),
    ...shortSwings(strategy, data),
    ...oddMinutes(files),
  ];
}

/** Names the files that do not cover the base bars, and says what that did to the rows. */
function staleBars({ baseTimeframe }: DataSettings, { dataset }: PreparedData): string[] {
  return dataset.symbols.flatMap(({ stale, bars: inRange }) =>
    [...new Set(stale.map(({ file }) => file))].map((file) => {
      const stretches = stale.filter((stretch) => stretch.file === file);
      const longest = stretches.reduce((most, stretch) => (stretch.bars > most.bars ? stretch : most));
      const bars = stretches.reduce((sum, stretch) => sum + stretch.bars, 0);
      const others =
        stretches.length === 1
          ? ''
          : `, and in ${counted(stretches.length - 1, 'other stretch', 'other stretches')}`;
      const [first, last] = [stretches[0]!.from, stretches.at(-1)!.to].map((time) =>
        formatBarTime(time, baseTimeframe),
      );
      return (
        `${describeStale(longest)}${others}: ${count(bars)} of ${count(inRange)} ${baseTimeframe} bars ` +
        `(${first} to ${last}) are left out, because their ${longest.timeframe} values would be out of date or missing. ` +
        `Add ${longest.timeframe} bars, or train on a range that the file covers.`
      );
    }),
  );
}

/** Names the features without which bars are left out, unless the warm-up or a stale file explains it. */
function undefinedRows({ baseTimeframe }: DataSettings, { dataset }: PreparedData): string[] {
  return dataset.symbols.flatMap(({ symbol, bars, withoutFeatures, warmingUp, stale, undefinedFeatures }) => {
    if (undefinedFeatures.length === 0) return [];
    const left = withoutFeatures - warmingUp - stale.reduce((sum, stretch) => sum + stretch.bars, 0);
    const have = undefinedFeatures.length === 1 ? 'has' : 'have';
    return [
      `${symbol}: ${count(left)} of ${count(bars)} ${baseTimeframe} bars are left out, because ${named(undefinedFeatures)} ${have} no value there.`,
    ];
  });
}

/** Markets open at quarters of an hour. If most bars do, a bar that does not is probably an error in the file. */
const QUARTER_MS = 15 * 60_000;

function oddMinutes(files: readonly Bars[]): string[] {
  const odd = files.flatMap(({ time, timeframe, file }) => {
    if (TIMEFRAME_MS[timeframe] % QUARTER_MS !== 0) return [];
    const times = time.filter((moment) => moment % QUARTER_MS !== 0);
    return times.length === 0 || times.length * 2 > time.length ? [] : [{ file, times }];
  });
  if (odd.length === 0) return [];
  const bars = odd.reduce((sum, { times }) => sum + times.length, 0);
  const first = formatBarTime(Math.min(...odd.map(({ times }) => times[0]!)), '1h');
  return [
    `${named(odd.map(({ file }) => file))}: ${bars === 1 ? 'one bar does' : `${count(bars)} bars do`} not open at a quarter ` +
      `of an hour like the others, the first at ${first}. Check the ${odd.length === 1 ? 'file' : 'files'}.`,
  ];
}

function smallParts({ parts: { train, validation, test } }: PreparedData): string[] {
  const small = Object.entries({ training: train, validation, test }).filter(
    ([, { rows }]) => rows < USABLE_PART_ROWS,
  );
  const [first, ...others] = small.map(([name, { rows }]) => ({ name, rows }));
  if (first === undefined) return [];
  const also = others.map(({ name, rows }) => ` and the ${name} part ${rows}`).join('');
  return [
    `The ${first.name} part has only ${counted(first.rows, 'row')}${also}: too few for meaningful metrics. Use a longer date range.`,
  ];
}

function missingSymbols({ dataset, split }: PreparedData): string[] {
  const byParts = new Map<string, string[]>();
  dataset.symbols.forEach(({ symbol }, index) => {
    const parts = split.parts[index]!;
    const empty = [
      ...(parts.train.length === 0 ? ['training'] : []),
      ...(parts.validation.length === 0 ? ['validation'] : []),
      ...(parts.test.length === 0 ? ['test'] : []),
    ].join(' and the ');
    if (empty !== '') byParts.set(empty, [...(byParts.get(empty) ?? []), symbol]);
  });
  return [...byParts].map(
    ([parts, symbols]) =>
      `${named(symbols)} ${symbols.length === 1 ? 'has' : 'have'} no rows in the ${parts} part.`,
  );
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
function shortSwings({ training, baseTimeframe }: DataSettings, { dataset, parts }: PreparedData): string[] {
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
