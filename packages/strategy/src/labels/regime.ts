import type { Bars } from '@ktrdr/market-data';

import { windowDeviations, windowMeans } from '../indicators/moving-window.js';
import type { RegimeSettings } from '../model.js';
import { type ClassLabels, unlabelled } from './labels.js';
import { median } from './median.js';
import { type Pivots, zigzagPivots } from './zigzag.js';

export const REGIME_CLASSES = ['TRENDING_UP', 'TRENDING_DOWN', 'RANGING', 'VOLATILE'] as const;
const [TRENDING_UP, TRENDING_DOWN, RANGING, VOLATILE] = [0, 1, 2, 3];
/** A segment with fewer micro pivots says nothing about its structure. */
const FEWEST_PIVOTS = 4;

/**
 * Market regimes from two zigzags, of a macro and a micro threshold: multiples of median(average true range) /
 * median(close). The bars after one confirmed macro pivot up to the next (bar 0 with the first) are one segment:
 * TRENDING_UP where it rises and enough of its successive micro lows rise, TRENDING_DOWN where it falls and enough of its
 * micro highs fall, else RANGING; also with fewer than 4 micro pivots, both ends counted. A bar is VOLATILE whatever its
 * segment where the deviation of the next `atrPeriod` log returns is more than a multiple of that of the
 * `volatilityLookback` returns up to it; the first `volatilityLookback` bars are not tested.
 *
 * No label: bars after the last confirmed macro pivot, and the last `atrPeriod` bars. e(t) is the later of t + atrPeriod
 * and the bar that confirms the segment's end; micro pivots that are confirmed only after that do not count.
 *
 * @param trainingBars the first bars, which the medians are taken of; without any there are no labels
 */
export function regimeLabels(bars: Bars, settings: RegimeSettings, trainingBars: number): ClassLabels {
  const labels = unlabelled(bars.length, REGIME_CLASSES);
  const { label, end } = labels;
  const { close } = bars;
  const unit = typicalRange(bars, settings.atrPeriod, trainingBars);
  // Bars that never move have no turning points.
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

/** median(SMA(true range, n)) / median(close) over the first bars; the range of bar 0 is high - low. */
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

/** Regime of the segment that ends at each macro pivot; none at the first. */
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
    if (beyond - first < FEWEST_PIVOTS) continue;
    const rising = close[to]! > close[from]!;
    // Pivots alternate: of a rising segment every second one is a low.
    const wanted = (first % 2 === 0) === firstIsLow ? rising : !rising;
    const share = progression(close, micro.bar, wanted ? first : first + 1, beyond, rising);
    if (share >= tolerance) regimes[segment] = rising ? TRENDING_UP! : TRENDING_DOWN!;
  }
  return regimes;
}

/** Share of the steps between every second pivot of `first..beyond-1` that go the way of the segment. */
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

/** 1 for bars whose next returns scatter much more than those up to them. */
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

/** From a deviation that divides by n to one that divides by n - 1. */
function sampleFactor(n: number): number {
  return Math.sqrt(n / (n - 1));
}
