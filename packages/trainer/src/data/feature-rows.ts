import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import {
  type Bars,
  type DateRange,
  findStaleStretches,
  selectRange,
  type StaleStretch,
} from '@ktrdr/market-data';
import { computeFeatures, type FeatureMatrix, type Strategy } from '@ktrdr/strategy';
import type { SymbolBars } from './load-bars.js';

/** A stretch clipped to a range. */
export interface StaleBars extends StaleStretch {
  /** Base bars in it. */
  bars: number;
}

/** One symbol's features, its bars' history first. */
export interface ComputedSymbol {
  symbol: string;
  /** Rows are base bars, history first. */
  matrix: FeatureMatrix;
  /** Row of the first bar inside the range. */
  firstRow: number;
  /** Base bars inside the range. */
  inRange: Bars;
  /** Base bars that another timeframe's file does not cover, as far as they lie inside the range. They have no features. */
  stale: StaleBars[];
}

/** Which bars of a symbol have all features, and which a whole window of them. */
export interface CompleteSymbol extends ComputedSymbol {
  /** Base bars that have all features, counted from the range's first; those before it serve windows alone. */
  complete: Int32Array;
  /** Those inside the range whose whole window is complete: index into `complete`. */
  windowEnds: Int32Array;
}

/** Bars that the network sees for one row. */
export function windowOf({ model }: Strategy): number {
  return 'sequenceLength' in model ? model.sequenceLength : 1;
}

/**
 * Features of a symbol's base bars inside a range and of those before it that warm indicators up. Training and prediction
 * both come through here: for the same start of the range a bar has the same features, bit for bit, wherever the range ends.
 *
 * @throws KtrdrError `no_bars_in_range`
 */
export function computeMatrix(
  strategy: Strategy,
  { symbol, bars }: SymbolBars,
  range: DateRange,
): ComputedSymbol {
  const all = bars.get(strategy.baseTimeframe)!;
  const { bars: base, firstRow } = selectRange(all, { ...range, history: strategy.historyRequired });
  const { bars: inRange } = selectRange(all, { ...range, history: 0 });
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
  return {
    symbol,
    matrix: computeFeatures(strategy, selected, stale),
    firstRow,
    inRange,
    stale: stale.flatMap((stretch) => clip(stretch, inRange)),
  };
}

/** The part of a stretch inside the range; nothing where they do not meet. */
function clip(stretch: StaleStretch, { time }: Bars): StaleBars[] {
  const inside = time.filter((moment) => moment >= stretch.from && moment <= stretch.to);
  if (inside.length === 0) return [];
  return [{ ...stretch, from: inside[0]!, to: inside.at(-1)!, bars: inside.length }];
}

/** The bar that the first row sees may be the second before it: the one that is still open does not count. */
const FEWEST_BEFORE = 2;

/** Bars of another timeframe up to the close of the last row's bar, with history before the first row; there may be none inside the range itself. */
function selectOther(bars: Bars, inRange: Bars, { historyRequired }: Strategy): Bars {
  const first = inRange.time[0]!;
  const before = bars.time.findIndex((time) => time >= first);
  const from = (before < 0 ? bars.length : before) - Math.max(historyRequired, FEWEST_BEFORE);
  const start = bars.time[Math.max(0, from)];
  const end = inRange.time[inRange.length - 1]! + TIMEFRAME_MS[inRange.timeframe] - 1;
  return selectRange(bars, { ...(start === undefined ? {} : { start }), end, history: 0 }).bars;
}

/** @param window bars that end with the row's own, none missing between them */
export function completeWindows(symbol: ComputedSymbol, window: number): CompleteSymbol {
  const { matrix, firstRow } = symbol;
  const complete = completeBars(matrix, Math.max(0, firstRow - (window - 1)), firstRow);
  const windowEnds: number[] = [];
  for (let at = window - 1; at < complete.length; at += 1) {
    const end = complete[at]!;
    if (end >= 0 && complete[at - (window - 1)] === end - (window - 1)) windowEnds.push(at);
  }
  return { ...symbol, complete, windowEnds: Int32Array.from(windowEnds) };
}

/** Bars from row `from` on whose every feature has a value, counted from `firstRow`. */
function completeBars({ values, names, rows }: FeatureMatrix, from: number, firstRow: number): Int32Array {
  const complete: number[] = [];
  for (let row = from; row < rows; row += 1) {
    let defined = true;
    for (let at = row * names.length; defined && at < (row + 1) * names.length; at += 1) {
      defined = Number.isFinite(values[at]!);
    }
    if (defined) complete.push(row - firstRow);
  }
  return Int32Array.from(complete);
}

/** Features that have no value on any bar from row `from` on, such as those of volume where a file has none. */
export function featuresWithoutValues({ values, names, rows }: FeatureMatrix, from: number): string[] {
  return names.filter((_, column) => {
    for (let row = from; row < rows; row += 1) {
      if (Number.isFinite(values[row * names.length + column]!)) return false;
    }
    return true;
  });
}

/** Features of some bars, counted from the range's first: `[rows, features]`. */
export function takeRows({ values, names }: FeatureMatrix, rows: Int32Array, firstRow: number): Float64Array {
  const width = names.length;
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, index) => {
    const from = (firstRow + row) * width;
    taken.set(values.subarray(from, from + width), index * width);
  });
  return taken;
}
