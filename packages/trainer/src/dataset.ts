import type { Timeframe } from '@ktrdr/contracts';
import { type Bars, type DateRange, selectRange } from '@ktrdr/market-data';
import {
  computeFeatures,
  computeLabels,
  type FeatureMatrix,
  type NormalisationRule,
  type Strategy,
} from '@ktrdr/strategy';
import type { SymbolBars } from './load-bars.js';

/** The rows of one symbol: base bars inside the range whose features and label are all there. */
export interface SymbolRows {
  symbol: string;
  rows: number;
  /** `[rows, features]`, row-major, not normalised. */
  features: Float64Array;
  /** `[rows]`, 0-based classes. */
  labels: Int32Array;
  /** `[rows]`, open time of the row's bar, ms UTC; ascending. */
  time: Float64Array;
  /** `[rows]`, open time of the last bar that the row's label looked at, ms UTC. */
  labelEnd: Float64Array;
  /** Base bars inside the range. */
  bars: number;
  /** Bars of those that have no value for some feature. */
  withoutFeatures: number;
  /** Bars of the others that have no label. */
  withoutLabel: number;
}

export interface Dataset {
  symbols: SymbolRows[];
  /** Column names in order, each with how it is scaled. */
  normalisation: NormalisationRule[];
  /** Class names by label. */
  classes: string[];
}

/** Told when a phase of building begins (0) and after each symbol. */
export type BuildReport = (
  phase: 'computing indicators' | 'building features' | 'labelling',
  done: number,
) => Promise<void>;

/**
 * Features and labels of every symbol. Bars before the range warm indicators up and are never rows; each symbol has its own labels,
 * made on base bars inside the range.
 *
 * @throws KtrdrError `no_bars_in_range`
 */
export async function buildDataset(
  strategy: Strategy,
  bars: readonly SymbolBars[],
  range: DateRange,
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
  const complete = await each('building features', computed, (symbol) => ({
    ...symbol,
    rows: completeRows(symbol.matrix, symbol.firstRow),
  }));
  let classes: string[] = [];
  const symbols = await each('labelling', complete, ({ symbol, inRange, matrix, firstRow, rows }) => {
    const labels = computeLabels(strategy.training.labels, inRange);
    classes = labels.classes;
    const labelled = rows.filter((row) => labels.label[row]! >= 0);
    return {
      symbol,
      rows: labelled.length,
      features: takeRows(matrix, labelled, firstRow),
      labels: Int32Array.from(labelled, (row) => labels.label[row]!),
      time: Float64Array.from(labelled, (row) => inRange.time[row]!),
      labelEnd: Float64Array.from(labelled, (row) => inRange.time[labels.end[row]!]!),
      bars: inRange.length,
      withoutFeatures: inRange.length - rows.length,
      withoutLabel: rows.length - labelled.length,
    };
  });
  return { symbols, classes, normalisation: computed[0]!.matrix.normalisation };
}

interface ComputedSymbol {
  symbol: string;
  /** Rows are base bars, history first. */
  matrix: FeatureMatrix;
  /** Row of the first bar inside the range. */
  firstRow: number;
  /** Base bars inside the range. */
  inRange: Bars;
}

function computeMatrix(strategy: Strategy, { symbol, bars }: SymbolBars, range: DateRange): ComputedSymbol {
  const all = bars.get(strategy.baseTimeframe)!;
  const { bars: base, firstRow } = selectRange(all, { ...range, history: strategy.historyRequired });
  const { bars: inRange } = selectRange(all, { ...range, history: 0 });
  const selected = new Map<Timeframe, Bars>();
  for (const [timeframe, other] of bars) {
    selected.set(
      timeframe,
      timeframe === strategy.baseTimeframe ? base : selectOther(other, inRange, strategy),
    );
  }
  return { symbol, matrix: computeFeatures(strategy, selected), firstRow, inRange };
}

/** The bar that the first row sees may be the second before it: the one that is still open does not count. */
const FEWEST_BEFORE = 2;

/** Bars of another timeframe up to the last row, with history before the first row; there may be none inside the range itself. */
function selectOther(bars: Bars, inRange: Bars, { historyRequired }: Strategy): Bars {
  const first = inRange.time[0]!;
  const before = bars.time.findIndex((time) => time >= first);
  const from = (before < 0 ? bars.length : before) - Math.max(historyRequired, FEWEST_BEFORE);
  const start = bars.time[Math.max(0, from)];
  const end = inRange.time[inRange.length - 1]!;
  return selectRange(bars, { ...(start === undefined ? {} : { start }), end, history: 0 }).bars;
}

/** Rows inside the range, counted from its first bar, whose every feature has a value. */
function completeRows({ values, names, rows }: FeatureMatrix, firstRow: number): Int32Array {
  const complete: number[] = [];
  for (let row = firstRow; row < rows; row += 1) {
    let defined = true;
    for (let at = row * names.length; defined && at < (row + 1) * names.length; at += 1) {
      defined = Number.isFinite(values[at]!);
    }
    if (defined) complete.push(row - firstRow);
  }
  return Int32Array.from(complete);
}

function takeRows({ values, names }: FeatureMatrix, rows: Int32Array, firstRow: number): Float64Array {
  const width = names.length;
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, index) => {
    const from = (firstRow + row) * width;
    taken.set(values.subarray(from, from + width), index * width);
  });
  return taken;
}
