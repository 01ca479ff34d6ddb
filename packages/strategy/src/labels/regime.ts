import type { Bars } from '@ktrdr/market-data';

import { windowDeviations, windowMeans } from '../indicators/moving-window.js';
import type { RegimeSettings } from '../model.js';
import { type ClassLabels, unlabelled } from './labels.js';
import { median } from './median.js';
import { type Pivots, zigzagPivots } from './zigzag.js';

/** Classes of regime labels. */
export const REGIME_CLASSES = ['TRENDING_UP', 'TRENDING_DOWN', 'RANGING', 'VOLATILE'] as const;
const [TRENDING_UP, TRENDING_DOWN, RANGING, VOLATILE] = [0, 1, 2, 3];
/** A segment with fewer micro pivots has no measurable structure. */
const MIN_PIVOTS = 4;

/**
 * Market regimes from two zigzags. Their thresholds, macro and micro, are multiples of median(average true range) /
 * median(close).
 *
 * The bars after one confirmed macro pivot up to the next form a segment; the first segment also contains bar 0. A
 * segment is TRENDING_UP if it rises and enough of its successive micro lows rise, TRENDING_DOWN if it falls and enough
 * of its micro highs fall, and RANGING otherwise, also with fewer than 4 micro pivots, both ends counted. A bar is
 * VOLATILE, regardless of its segment, if the standard deviation of the next `atrPeriod` log returns exceeds a multiple of
 * that of the previous `volatilityLookback` returns. The first `volatilityLookback` bars are not tested.
 *
 * Bars after the last confirmed macro pivot, and the last `atrPeriod` bars, have no label. e(t) is the later of t +
 * atrPeriod and the bar that confirms the segment's end. Micro pivots confirmed after that do not count.
 *
 * @param trainingBars number of bars at the start from which the medians are computed; with 0, there are no labels
 */
export function regimeLabels(bars: Bars, settings: RegimeSettings, trainingBars: number): ClassLabels {
  const labels = unlabelled(bars.length, REGIME_CLASSES);
  const { label, end } = labels;
  const { close } = bars;
  const unit = typicalRange(bars, settings.atrPeriod, trainingBars);
  // Bars without movement have no turning points.
  if (!(unit > 0)) return labels;
  const macro = zigzagPivots(close, settings.macroMultiplier * unit);
  const micro = zigzagPivots(close, settings.microMultiplier * unit);
  const regimes = segmentRegimes(close, macro, micro, settings.progressionTolerance);
  const volatile = volatileBars(close, settings);
  const known = bars.length - settings.atrPeriod;
  let t = 0;
  for (let segment = 1; segment < macro.bar.length; segment++) {
    const confirmed = macro.confirmedAt[segment]!;
    for (; t <= macro.bar[segment]! && t < known; t++) {
      label[t] = volatile[t] === 1 ? VOLATILE! : regimes[segment]!;
      end[t] = Math.max(confirmed, t + settings.atrPeriod);
    }
  }
  return labels;
}

/** median(SMA(true range, n)) / median(close) over the first bars. The range of bar 0 is high - low. */
function typicalRange({ high, low, close }: Bars, period: number, trainingBars: number): number {
  const range = new Float64Array(trainingBars);
  for (let t = 0; t < trainingBars; t++) {
    const before = t === 0 ? close[0]! : close[t - 1]!;
    range[t] = Math.max(high[t]! - low[t]!, Math.abs(high[t]! - before), Math.abs(low[t]! - before));
  }
  if (trainingBars > 0) range[0] = high[0]! - low[0]!;
  const average = windowMeans(range, period).subarray(period - 1);
  return median(average) / median(close.slice(0, trainingBars));
}

/** Regime of the segment that ends at each macro pivot; the first pivot ends none. */
function segmentRegimes(close: Float64Array, macro: Pivots, micro: Pivots, tolerance: number): Int8Array {
  const regimes = new Int8Array(macro.bar.length).fill(RANGING!);
  const firstIsLow = micro.bar.length > 1 && close[micro.bar[1]!]! > close[0]!;
  let first = 0;
  for (let segment = 1; segment < macro.bar.length; segment++) {
    const [from, to] = [macro.bar[segment - 1]!, macro.bar[segment]!];
    while (first < micro.bar.length && micro.bar[first]! < from) first++;
    let beyond = first;
    while (
      beyond < micro.bar.length &&
      micro.bar[beyond]! <= to &&
      micro.confirmedAt[beyond]! <= macro.confirmedAt[segment]!
    ) {
      beyond++;
    }
    if (beyond - first < MIN_PIVOTS) continue;
    const rising = close[to]! > close[from]!;
    // Pivots alternate: in a rising segment, every second one is a low.
    const wanted = (first % 2 === 0) === firstIsLow ? rising : !rising;
    const share = progression(close, micro.bar, wanted ? first : first + 1, beyond, rising);
    if (share >= tolerance) regimes[segment] = rising ? TRENDING_UP! : TRENDING_DOWN!;
  }
  return regimes;
}

/** Share of the steps between every second pivot of `first..beyond-1` that go in the segment's direction. */
function progression(
  close: Float64Array,
  pivots: readonly number[],
  first: number,
  beyond: number,
  rising: boolean,
): number {
  let [steps, right] = [0, 0];
  for (let pivot = first + 2; pivot < beyond; pivot += 2) {
    const [before, after] = [close[pivots[pivot - 2]!]!, close[pivots[pivot]!]!];
    if (rising ? after > before : after < before) right += 1;
    steps += 1;
  }
  return right / steps;
}

/** 1 for bars whose next returns vary much more than the previous ones. */
function volatileBars(
  close: Float64Array,
  { atrPeriod, volatilityLookback, crisisThreshold }: RegimeSettings,
): Uint8Array {
  const volatile = new Uint8Array(close.length);
  const returns = new Float64Array(close.length);
  for (let t = 1; t < close.length; t++) returns[t] = Math.log(close[t]! / close[t - 1]!);
  const after = windowDeviations(returns, atrPeriod);
  const before = windowDeviations(returns, volatilityLookback);
  const limit = crisisThreshold * sampleFactor(volatilityLookback);
  const factor = sampleFactor(atrPeriod);
  for (let t = volatilityLookback; t < close.length - atrPeriod; t++) {
    if (after[t + atrPeriod]! * factor > before[t]! * limit) volatile[t] = 1;
  }
  return volatile;
}

/** Converts a standard deviation that divides by n into one that divides by n - 1. */
function sampleFactor(n: number): number {
  return Math.sqrt(n / (n - 1));
}
