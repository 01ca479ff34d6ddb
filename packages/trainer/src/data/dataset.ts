import { type Bars, type DateRange, requirePositivePrices } from '@ktrdr/market-data';
import {
  computeLabels,
  fitsOnTrainingBars,
  type Labels,
  type LabelSettings,
  type NormalisationRule,
  type SplitSettings,
} from '@ktrdr/strategy';
import type { DataSettings } from './data-settings.js';
import {
  type CompleteSymbol,
  type ComputedSymbol,
  completeWindows,
  computeMatrix,
  featuresWithoutValues,
  type StaleBars,
  takeRows,
  undefinedFeatures,
} from './feature-rows.js';
import type { SymbolBars } from './load-bars.js';
import type { Targets } from '../network/loss.js';
import { type Cuts, cutMoments } from './split.js';

/** The bars of one symbol inside the range that have all features of their window, whether they have a label or not. */
export interface FeatureRows {
  symbol: string;
  /**
   * `[bars with all features, features]`, row-major, in order of time, not normalised. 32 bits hold degrees exactly; raw values have
   * 64.
   */
  features: Float32Array | Float64Array;
  /** Open times of the bars with a complete window, ms UTC; ascending. */
  candidates: Float64Array;
  /** `[candidates]`: each candidate's bar, as an index into `inRange`. */
  candidateBars: Int32Array;
  /**
   * `[candidates]`: the last bar of each candidate's window, as an index into the bars of `features`. The window's bars are
   * consecutive there.
   */
  candidateEnds: Int32Array;
  /** Base bars inside the range. */
  inRange: Bars;
  /** Number of base bars inside the range. */
  bars: number;
  /** Bars inside the range whose window lacks a feature value. */
  withoutFeatures: number;
  /** Those of them that indicators need to warm up. */
  warmingUp: number;
  /** Stretches of these bars that another timeframe's file does not cover. */
  stale: StaleBars[];
  /** If no bar has all features: the features that have no value on any bar. */
  featuresWithoutValues: string[];
  /** Features that lack a value on some bar that neither the warm-up nor a stale stretch explains. */
  undefinedFeatures: string[];
}

/** The rows of one symbol: the candidates that have a label. */
export interface SymbolRows extends FeatureRows {
  rows: number;
  /** `[rows]`: the last bar of each row's window, as in `candidateEnds`. */
  windowEnds: Int32Array;
  /** `[rows]`: each row's bar, as an index into `inRange`. */
  rowBars: Int32Array;
  /** `[rows]`: classes or values, depending on the dataset's `output`. */
  targets: Targets;
  /** `[rows]`, above 0: sample weights up to a common factor; `null`: all rows weigh the same. */
  weights: Float64Array | null;
  /** `[rows]`, open time of the row's bar, ms UTC; ascending. */
  time: Float64Array;
  /** `[rows]`, open time of the last bar that determines the row's label, ms UTC. */
  labelEnd: Float64Array;
  /** `[rows]`, open time of the first bar of the row's window, ms UTC; `-Infinity` if it is before the range. */
  windowStart: Float64Array;
  /** Candidates that have no label. */
  withoutLabel: number;
}

export interface Dataset {
  /** Kind of the targets: `output_format` of the strategy's decisions. */
  output: Labels['output'];
  /** How the targets were computed. */
  labels: LabelSettings;
  /** Bars in the window of each row. */
  window: number;
  symbols: SymbolRows[];
  /** How each column is scaled, in column order. */
  normalisation: NormalisationRule[];
  /** Class names in target order; empty for a regression. */
  classes: string[];
  /** Where the validation and test parts begin. */
  cuts: Cuts;
}

export interface DatasetRequest {
  strategy: DataSettings;
  bars: readonly SymbolBars[];
  range: DateRange;
  shares: SplitSettings;
}

/** Called when a phase begins (done = 0) and after each symbol (share of the symbols, up to 1). */
export type BuildReport = (
  phase: 'computing indicators' | 'building features' | 'labelling',
  done: number,
) => Promise<void>;

/**
 * Builds features and labels of every symbol. Bars before the range warm up indicators and are never rows. Labels are computed for
 * each symbol, from base bars inside the range.
 *
 * The cuts are placed where the labelled rows reach the shares. Labels that are fitted on training bars need the cuts first. Their
 * cuts are placed where the rows with features reach the shares, so that a training label does not depend on later bars.
 *
 * @throws KtrdrError `no_bars_in_range`; `bars_invalid` if a feature or the label is a ratio and a price is not above 0
 */
export async function buildDataset(
  { strategy, bars, range, shares }: DatasetRequest,
  report: BuildReport,
): Promise<Dataset> {
  const each = async <In, Out>(
    phase: Parameters<BuildReport>[0],
    items: readonly In[],
    build: (item: In) => Out,
  ): Promise<Out[]> => {
    await report(phase, 0);
    const built: Out[] = [];
    for (const item of items) {
      built.push(build(item));
      await report(phase, built.length / items.length);
    }
    return built;
  };
  const computed = await each('computing indicators', bars, (symbol) =>
    computeMatrix(strategy, symbol, range),
  );
  const { window } = strategy;
  const features = await each('building features', computed, (symbol) => featureRows(symbol, window));
  const settings = strategy.training.labels;
  const featureCuts = cutMoments(
    features.map(({ candidates }) => candidates),
    shares,
  );
  const labelled = await each('labelling', features, (symbol) => {
    const { time } = symbol.inRange;
    const file = bars.find((files) => files.symbol === symbol.symbol)!.bars.get(strategy.baseTimeframe)!;
    requirePositivePrices(file, time[0]!, time.at(-1)!, {
      why: `the label ${settings.source} is a ratio of prices, as all labels are`,
      alternative: null,
    });
    return labelRows(symbol, settings, window, featureCuts);
  });
  const symbols = labelled.map(({ rows }) => rows);
  return {
    output: strategy.decisions.outputFormat,
    labels: settings,
    window,
    symbols,
    normalisation: computed[0]!.matrix.normalisation,
    classes: [...labelled.at(-1)!.classes],
    cuts: fitsOnTrainingBars(settings)
      ? featureCuts
      : cutMoments(
          symbols.map(({ time }) => time),
          shares,
        ),
  };
}

/**
 * The dataset with labels whose thresholds are fitted on the bars before other cuts. It shares the features.
 *
 * @param pause awaited before each symbol; throws to stop
 */
export async function labelAgain(dataset: Dataset, cuts: Cuts, pause: () => Promise<void>): Promise<Dataset> {
  const symbols: SymbolRows[] = [];
  for (const symbol of dataset.symbols) {
    await pause();
    symbols.push(labelRows(symbol, dataset.labels, dataset.window, cuts).rows);
  }
  return { ...dataset, symbols, cuts };
}

/** Number of times before the moment. `time` is ascending. */
function countBefore(time: Float64Array, moment: number): number {
  const index = time.findIndex((value) => value >= moment);
  return index < 0 ? time.length : index;
}

/** Takes the features of the bars that have all of them. */
function featureRows(symbol: ComputedSymbol, window: number): FeatureRows {
  const found = completeWindows(symbol, window);
  const { matrix, firstRow, inRange, complete, windowEnds } = found;
  const size = complete.length * matrix.names.length;
  const features = matrix.values instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  const candidateBars = windowEnds.map((at) => complete[at]!);
  return {
    symbol: symbol.symbol,
    features: takeRows(matrix, complete, firstRow, features),
    candidates: Float64Array.from(candidateBars, (bar) => inRange.time[bar]!),
    candidateBars,
    candidateEnds: windowEnds,
    inRange,
    bars: inRange.length,
    ...withoutFeatures(found, window),
  };
}

/** Labels the bars of a symbol and selects those that have features and a label. @param cuts where thresholds of labels are fitted */
function labelRows(
  features: FeatureRows,
  settings: LabelSettings,
  window: number,
  { validationStart }: Cuts,
): { rows: SymbolRows; classes: readonly string[] } {
  const { candidateBars, candidateEnds, inRange } = features;
  const { time } = inRange;
  const trainingBars = fitsOnTrainingBars(settings) ? countBefore(time, validationStart) : time.length;
  const labels = computeLabels(settings, inRange, trainingBars);
  const isLabelled = (bar: number): boolean => labels.end[bar]! >= 0;
  const bars = candidateBars.filter(isLabelled);
  const rows = {
    ...features,
    rows: bars.length,
    windowEnds: candidateEnds.filter((_, candidate) => isLabelled(candidateBars[candidate]!)),
    rowBars: bars,
    targets: takeTargets(labels, bars),
    weights: takeWeights(labels, bars),
    time: Float64Array.from(bars, (bar) => time[bar]!),
    labelEnd: Float64Array.from(bars, (bar) => time[labels.end[bar]!]!),
    windowStart: Float64Array.from(bars, (bar) => time[bar - (window - 1)] ?? -Infinity),
    withoutLabel: candidateBars.length - bars.length,
  };
  return { rows, classes: labels.output === 'classification' ? labels.classes : [] };
}

/** Counts the bars inside the range that have no complete window, and says why. */
function withoutFeatures(
  computed: CompleteSymbol,
  window: number,
): Pick<
  FeatureRows,
  'withoutFeatures' | 'warmingUp' | 'stale' | 'featuresWithoutValues' | 'undefinedFeatures'
> {
  const { matrix, firstRow, warmUpRows, inRange, stale, complete, windowEnds } = computed;
  const without = inRange.length - windowEnds.length;
  const warm = Math.min(inRange.length, Math.max(0, warmUpRows + window - 1 - firstRow));
  const warmingUp = warm - windowEnds.filter((at) => complete[at]! < warm).length;
  const outdated = stale.reduce((sum, { bars }) => sum + bars, 0);
  return {
    withoutFeatures: without,
    warmingUp,
    stale,
    featuresWithoutValues: windowEnds.length > 0 ? [] : featuresWithoutValues(matrix, firstRow),
    undefinedFeatures: without - warmingUp > outdated ? undefinedFeatures(computed) : [],
  };
}

function takeTargets(labels: Labels, rows: Int32Array): Targets {
  return labels.output === 'classification'
    ? rows.map((row) => labels.label[row]!)
    : Float32Array.from(rows, (row) => labels.value[row]!);
}

function takeWeights(labels: Labels, rows: Int32Array): Float64Array | null {
  if (labels.output !== 'classification' || labels.uniqueness === null) return null;
  const { uniqueness } = labels;
  return Float64Array.from(rows, (row) => uniqueness[row]!);
}
