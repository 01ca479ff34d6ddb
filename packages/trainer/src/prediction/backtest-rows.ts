import { KtrdrError, TIMEFRAME_MS } from '@ktrdr/contracts';
import {
  type Bars,
  type DateRange,
  parseDateRange,
  requirePositivePrices,
  selectRange,
} from '@ktrdr/market-data';
import { type Strategy, warmUpBars } from '@ktrdr/strategy';
import { windowOf } from '../data/data-settings.js';
import {
  barsOfWindows,
  completeWindows,
  computeMatrix,
  type StaleBars,
  takeRows,
} from '../data/feature-rows.js';
import type { SymbolBars } from '../data/load-bars.js';
import type { ModelInput } from '../engines/onnx/infer-model.js';
import { staleFeatures } from './stale-features.js';

export interface BacktestRowsRequest {
  strategy: Strategy;
  bars: SymbolBars;
  range: Required<Pick<DateRange, 'start'>> & DateRange;
  /** Bars that close later are ignored, ms UTC. */
  now: number;
  /** Start of the training's range, as requested; `null`: the first bar. */
  trainingStart: string | null;
}

/** The bars of a range, and the network's input for those with features. */
export interface BacktestRows {
  /** All bars of the range that have closed. */
  bars: Bars;
  /** `[rows]`: the bars with a complete window, as indexes into `bars`, ascending. */
  rows: Int32Array;
  input: ModelInput;
  /** Stretches of the range that another timeframe's file does not cover. */
  stale: StaleBars[];
}

/**
 * Computes the features of a range with the code of training and from the training's start, so that a test row of the training has
 * the same features bit for bit.
 *
 * @throws KtrdrError `no_bars_in_range`, `not_enough_bars`; `bars_invalid` for a price at or below 0
 */
export function backtestRows(request: BacktestRowsRequest): BacktestRows {
  const { strategy, bars: symbol, range, now, trainingStart } = request;
  const all = symbol.bars.get(strategy.baseTimeframe)!;
  // its error names the requested range
  selectRange(all, { ...range, history: 0 });
  const end = Math.min(range.end ?? Infinity, now - TIMEFRAME_MS[strategy.baseTimeframe]);
  const { bars } = selectRange(all, { start: range.start, end, history: 0 });
  requirePositivePrices(all, bars.time[0]!, bars.time.at(-1)!, {
    why: 'a backtest computes returns, which are ratios of prices',
    alternative: null,
  });

  const computed = computeMatrix(strategy, symbol, { ...firstComputed(trainingStart, range.start), end });
  const window = windowOf(strategy);
  const { complete, windowEnds } = completeWindows(computed, window);
  const { matrix, firstRow } = computed;
  const before = computed.inRange.length - bars.length;
  const ends = windowEnds.filter((at) => complete[at]! >= before);
  const stale = computed.stale.filter(({ to }) => to >= bars.time[0]!);
  if (ends.length === 0) throw staleFeatures(all.symbol, stale) ?? noFeatures(request, all, bars.length);
  return {
    bars,
    rows: ends.map((at) => complete[at]! - before),
    input: {
      rows: ends.length,
      width: matrix.names.length * window,
      part: (from, to) => {
        const windowBars = barsOfWindows(complete, ends.subarray(from, to), window);
        const taken = new Float64Array(windowBars.length * matrix.names.length);
        return takeRows(matrix, windowBars, firstRow, taken);
      },
    },
    stale,
  };
}

/** Where the computation starts: with the training, or with the range if that is earlier. */
function firstComputed(trainingStart: string | null, start: number): DateRange {
  const trained = trainingStart === null ? undefined : parseDateRange(trainingStart).start;
  return trained === undefined ? {} : { start: Math.min(trained, start) };
}

function noFeatures(
  { strategy, bars: { symbol } }: BacktestRowsRequest,
  all: Bars,
  count: number,
): KtrdrError {
  const { baseTimeframe } = strategy;
  const needed = warmUpBars(strategy).get(baseTimeframe)! + windowOf(strategy);
  return new KtrdrError(
    'not_enough_bars',
    `None of the ${count.toLocaleString('en-US')} ${baseTimeframe} bars of ${symbol} in the range has all features. ` +
      `The indicators need ${needed.toLocaleString('en-US')} bars, and every timeframe must cover the range. ` +
      `Choose other dates, or add bars to ${all.file}.`,
    { details: { symbol, bars: count, needed } },
  );
}
