import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import {
  type Bars,
  type DateRange,
  findStaleStretches,
  requirePositivePrices,
  selectRange,
  type StaleStretch,
} from '@ktrdr/market-data';
import {
  computeFeatures,
  type FeatureMatrix,
  type FeatureSettings,
  type Strategy,
  warmUpBars,
  whyFeaturesNeedRatio,
} from '@ktrdr/strategy';
import type { SymbolBars } from './load-bars.js';

/** The part of a strategy that determines its features and the history before the range. */
type MatrixSettings = FeatureSettings & Pick<Strategy, 'historyRequired'>;

/** A stretch clipped to a range. */
export interface StaleBars extends StaleStretch {
  /** Base bars in it. */
  bars: number;
}

/** The features of one symbol, with history before the range. */
export interface ComputedSymbol {
  symbol: string;
  /** One row for each base bar: first the history, then the range. */
  matrix: FeatureMatrix;
  /** Row of the first bar inside the range. */
  firstRow: number;
  /** First rows of the matrix in which indicators have not seen enough bars, so that features are missing. */
  warmUpRows: number;
  /** Base bars inside the range. */
  inRange: Omit<Bars, 'lineBlocks'>;
  /** Stretches of base bars inside the range that another timeframe's file does not cover. These bars have no features. */
  stale: StaleBars[];
}

/** Bars of a symbol that have all features, and bars with a complete window. */
export interface CompleteSymbol extends ComputedSymbol {
  /** Base bars that have all features, relative to the first bar of the range. Negative ones are only used inside windows. */
  complete: Int32Array;
  /** Bars inside the range whose window is complete, as indexes into `complete`. */
  windowEnds: Int32Array;
}

/**
 * Computes the features of a symbol's base bars inside a range, and of the warm-up bars before it. Training and prediction both use
 * this function: with the same start of the range, a bar has the same features bit for bit, wherever the range ends.
 *
 * @throws KtrdrError `no_bars_in_range`; `bars_invalid` if a feature is a ratio and a price is not above 0
 */
export function computeMatrix(
  strategy: MatrixSettings,
  { symbol, bars }: SymbolBars,
  range: DateRange,
): ComputedSymbol {
  const all = bars.get(strategy.baseTimeframe)!;
  const { bars: base, firstRow } = selectRange(all, { ...range, history: strategy.historyRequired });
  const { lineBlocks: _, ...inRange }: Bars = selectRange(all, { ...range, history: 0 }).bars;
  const selected = new Map<Timeframe, Bars>();
  const stale: StaleStretch[] = [];
  for (const [timeframe, other] of bars) {
    // looked for in whole files, so that the result does not depend on the range
    if (timeframe !== strategy.baseTimeframe) stale.push(...findStaleStretches(all, other));
    selected.set(
      timeframe,
      timeframe === strategy.baseTimeframe ? base : selectOther(other, inRange, strategy),
    );
  }
  for (const [timeframe, used] of selected) {
    const why = whyFeaturesNeedRatio(strategy, timeframe);
    if (why === null || used.length === 0) continue;
    requirePositivePrices(bars.get(timeframe)!, used.time[0]!, used.time.at(-1)!, {
      why,
      alternative: 'a feature',
    });
  }
  return {
    symbol,
    matrix: computeFeatures(strategy, selected, stale),
    firstRow,
    warmUpRows: warmUpRows(strategy, base, selected),
    inRange,
    stale: stale.flatMap((stretch) => clip(stretch, inRange)),
  };
}

/** Rows before the one in which every timeframe has had the bars that its indicators need. */
function warmUpRows(strategy: MatrixSettings, base: Bars, selected: ReadonlyMap<Timeframe, Bars>): number {
  let rows = 0;
  for (const [timeframe, bars] of warmUpBars(strategy)) {
    if (timeframe === strategy.baseTimeframe) {
      rows = Math.max(rows, bars);
      continue;
    }
    const open = selected.get(timeframe)!.time[bars] ?? Number.POSITIVE_INFINITY;
    const lag = TIMEFRAME_MS[timeframe] - TIMEFRAME_MS[base.timeframe];
    const row = base.time.findIndex((time) => time >= open + lag);
    rows = Math.max(rows, row < 0 ? base.length : row + strategy.lookbackPeriods);
  }
  return Math.min(rows, base.length);
}

/** The part of a stretch inside the range; empty if there is none. */
function clip(stretch: StaleStretch, { time }: Bars): StaleBars[] {
  const inside = time.filter((moment) => moment >= stretch.from && moment <= stretch.to);
  if (inside.length === 0) return [];
  return [{ ...stretch, from: inside[0]!, to: inside.at(-1)!, bars: inside.length }];
}

/** The first row may need the second bar before it: the bar before it may not have closed. */
const FEWEST_BEFORE = 2;

/** Selects bars of another timeframe up to the close of the last row's bar, with history before the first row. Possibly none is inside the range. */
function selectOther(bars: Bars, inRange: Bars, { historyRequired }: MatrixSettings): Bars {
  const first = inRange.time[0]!;
  const before = bars.time.findIndex((time) => time >= first);
  const from = (before < 0 ? bars.length : before) - Math.max(historyRequired, FEWEST_BEFORE);
  const start = bars.time[Math.max(0, from)];
  const end = inRange.time[inRange.length - 1]! + TIMEFRAME_MS[inRange.timeframe] - 1;
  return selectRange(bars, { ...(start === undefined ? {} : { start }), end, history: 0 }).bars;
}

/** Finds the bars with a complete window: `window` consecutive bars with all features, ending at the bar itself. */
export function completeWindows(symbol: ComputedSymbol, window: number): CompleteSymbol {
  const { matrix, firstRow } = symbol;
  const complete = completeBars(matrix, Math.max(0, firstRow - (window - 1)), firstRow);
  const windowEnds = new Int32Array(complete.length);
  let count = 0;
  for (let at = window - 1; at < complete.length; at += 1) {
    const end = complete[at]!;
    if (end >= 0 && complete[at - (window - 1)] === end - (window - 1)) windowEnds[count++] = at;
  }
  return { ...symbol, complete, windowEnds: windowEnds.slice(0, count) };
}

/** `[ends, window]`: the bars of the windows that end at these indexes of `complete`. */
export function barsOfWindows(complete: Int32Array, ends: Int32Array, window: number): Int32Array {
  const bars = new Int32Array(ends.length * window);
  // value by value: for most windows, a block copy costs more than it saves
  for (let row = 0, to = 0; row < ends.length; row += 1) {
    const end = ends[row]!;
    for (let at = end - window + 1; at <= end; at += 1, to += 1) bars[to] = complete[at]!;
  }
  return bars;
}

/** Bars from row `from` on that have all features, relative to `firstRow`. */
function completeBars({ values, names, rows }: FeatureMatrix, from: number, firstRow: number): Int32Array {
  const complete = new Int32Array(rows - from);
  let count = 0;
  for (let row = from; row < rows; row += 1) {
    let defined = true;
    for (let at = row * names.length; defined && at < (row + 1) * names.length; at += 1) {
      defined = Number.isFinite(values[at]!);
    }
    if (defined) complete[count++] = row - firstRow;
  }
  return complete.slice(0, count);
}

/** Features without a value on any bar from row `from` on, for example volume features of a file without volume. */
export function featuresWithoutValues({ values, names, rows }: FeatureMatrix, from: number): string[] {
  return names.filter((_, column) => {
    for (let row = from; row < rows; row += 1) {
      if (Number.isFinite(values[row * names.length + column]!)) return false;
    }
    return true;
  });
}

/** Features that lack a value on some bar inside the range, after the warm-up and outside of stale stretches; the most frequent one first. */
export function undefinedFeatures({
  matrix,
  firstRow,
  warmUpRows: warmUp,
  inRange,
  stale,
}: ComputedSymbol): string[] {
  const { values, names, rows } = matrix;
  const missing = new Float64Array(names.length);
  for (let row = Math.max(firstRow, warmUp); row < rows; row += 1) {
    const time = inRange.time[row - firstRow]!;
    if (stale.some(({ from, to }) => time >= from && time <= to)) continue;
    for (let column = 0; column < names.length; column += 1) {
      if (!Number.isFinite(values[row * names.length + column]!)) missing[column]! += 1;
    }
  }
  return names
    .map((name, column) => ({ name, bars: missing[column]! }))
    .filter(({ bars }) => bars > 0)
    .toSorted((a, b) => b.bars - a.bars)
    .map(({ name }) => name);
}

/** Features of bars, given relative to the first bar of the range. @param taken filled: `[rows, features]` */
export function takeRows<Values extends FeatureMatrix['values']>(
  { values, names }: FeatureMatrix,
  rows: Int32Array,
  firstRow: number,
  taken: Values,
): Values {
  const width = names.length;
  // Consecutive rows are copied at once.
  for (let from = 0, to = 0; from < rows.length; from = to) {
    const first = rows[from]!;
    for (to = from + 1; to < rows.length && rows[to] === first + to - from;) to += 1;
    const start = (firstRow + first) * width;
    taken.set(values.subarray(start, start + (to - from) * width), from * width);
  }
  return taken;
}
