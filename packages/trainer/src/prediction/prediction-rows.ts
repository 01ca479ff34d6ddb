import { KtrdrError, type Timeframe, TIMEFRAME_MS } from '@ktrdr/contracts';
import { type Bars, type DateRange, describeBars, parseDateRange } from '@ktrdr/market-data';
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
import { staleFeatures } from './stale-features.js';

export interface PredictionRowsRequest {
  strategy: Strategy;
  bars: SymbolBars;
  /** Number of newest bars to predict. */
  last: number;
  /** Bars that open later are ignored, ms UTC. */
  end: number;
  /** Bars that close later are ignored, ms UTC. */
  now: number;
  /** Start of the training's range, as requested; `null`: the first bar. */
  trainingStart: string | null;
}

/** The bars to predict and the network's input for them. */
export interface PredictionRows {
  /** `[bars]`, open times, ascending. */
  time: Float64Array;
  /** `[rows]`: the bars with a complete window, as indexes into `time`. */
  rows: Int32Array;
  /** `[rows, window * features]`, not normalised: the input of `model.onnx`. */
  features: Float64Array;
  /** Number of newer bars that are ignored because they have not closed. */
  unclosed: number;
  /** Stretches of the requested bars that another timeframe's file does not cover. */
  stale: StaleBars[];
}

/**
 * Computes features of a symbol's newest bars with the code of training and from the training's start, so that a row of the training
 * has the same features bit for bit. For earlier bars, it uses the minimum history.
 *
 * @throws KtrdrError `not_enough_bars`, which says how many are needed
 */
export function predictionRows(request: PredictionRowsRequest): PredictionRows {
  const { strategy, bars, last } = request;
  const base = bars.bars.get(strategy.baseTimeframe)!;
  const { count, unclosed } = usableBars(base, request);
  const first = count - last;
  const needed = neededBars(strategy, last);
  if (first < needed.get(strategy.baseTimeframe)! - last) throw notEnoughBars(request, count, needed);

  const computed = computeMatrix(strategy, bars, {
    ...rangeStart(base, first, needed.get(strategy.baseTimeframe)! - last, request.trainingStart),
    end: base.time[count - 1]!,
  });
  const window = windowOf(strategy);
  const { complete, windowEnds } = completeWindows(computed, window);
  const { inRange, matrix, firstRow } = computed;
  const firstAsked = inRange.length - last;
  const ends = windowEnds.filter((at) => complete[at]! >= firstAsked);
  const stale = computed.stale.filter(({ to }) => to >= inRange.time[firstAsked]!);
  if (ends.length === 0) throw staleFeatures(bars.symbol, stale) ?? notEnoughBars(request, count, needed);
  const windowBars = barsOfWindows(complete, ends, window);
  return {
    time: inRange.time.slice(firstAsked),
    rows: ends.map((at) => complete[at]! - firstAsked),
    features: takeRows(
      matrix,
      windowBars,
      firstRow,
      new Float64Array(windowBars.length * matrix.names.length),
    ),
    unclosed,
    stale,
  };
}

/** Number of usable base bars from the first on, and number of later bars up to `end` that have not closed. */
function usableBars(base: Bars, { end, now }: PredictionRowsRequest): { count: number; unclosed: number } {
  const upTo = (moment: number): number => {
    const index = base.time.findIndex((time) => time > moment);
    return index < 0 ? base.length : index;
  };
  const before = upTo(end);
  const count = Math.min(before, upTo(now - TIMEFRAME_MS[base.timeframe]));
  return { count, unclosed: before - count };
}

/** Start of the training; for earlier bars, the minimum history before the first requested bar. */
function rangeStart(base: Bars, first: number, history: number, trainingStart: string | null): DateRange {
  if (trainingStart === null) return {};
  const { start } = parseDateRange(trainingStart);
  return { start: base.time[first]! >= start! ? start! : base.time[first - history]! };
}

/** Minimum number of bars of each timeframe, so that the first requested bar has features. */
function neededBars(strategy: Strategy, last: number): Map<Timeframe, number> {
  return new Map(
    [...warmUpBars(strategy)].map(([timeframe, warmUp]) => [
      timeframe,
      timeframe === strategy.baseTimeframe ? warmUp + windowOf(strategy) - 1 + last : warmUp + 1,
    ]),
  );
}

function notEnoughBars(
  { strategy, bars, last, end }: PredictionRowsRequest,
  count: number,
  needed: ReadonlyMap<Timeframe, number>,
): KtrdrError {
  const { baseTimeframe } = strategy;
  const base = bars.bars.get(baseTimeframe)!;
  const others = [...needed].filter(([timeframe]) => timeframe !== baseTimeframe);
  const othersText = others
    .map(
      ([timeframe, bar]) => `, and ${bar.toLocaleString('en-US')} closed ${timeframe} bars before the first`,
    )
    .join('');
  const number = (value: number): string => value.toLocaleString('en-US');
  const upTo = end < base.time[base.length - 1]! ? ' up to the end date' : '';
  const next = [...(last > 1 ? ['fewer bars'] : []), ...(upTo === '' ? [] : ['a later end date'])];
  const advice = next.length > 0 ? `Ask for ${next.join(' or ')}, or add earlier bars` : 'Add earlier bars';
  const asked = last === 1 ? 'the newest bar' : `the last ${number(last)} bars`;
  return new KtrdrError(
    'not_enough_bars',
    `Predicting ${asked} of ${bars.symbol} needs ${number(needed.get(baseTimeframe)!)} ${baseTimeframe} bars${othersText}, ` +
      `for indicators to warm up. There are ${number(count)} closed ${baseTimeframe} bars${upTo}: ${base.file} has ${describeBars(base)}. ${advice}.`,
    { details: { bars: count, needed: Object.fromEntries(needed) } },
  );
}
