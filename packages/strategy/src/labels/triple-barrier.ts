import type { Bars } from '@ktrdr/market-data';

import type { TripleBarrierSettings } from '../model.js';
import { BarrierSearch } from './barrier-search.js';
import { cusumEvents } from './cusum.js';
import { BUY, type ClassLabels, HOLD, SELL, SIGNAL_CLASSES, unlabelled } from './labels.js';
import { labelUniqueness } from './uniqueness.js';
import { volatility } from './volatility.js';

/**
 * Which of three barriers the price touches first (Lopez de Prado, Advances in Financial Machine Learning, ch. 3). With v
 * the volatility of bar t and C its close, the upper barrier is C (1 + pt v), the lower one C (1 - sl v), and the third is
 * M bars away. BUY where the high of a later bar reaches the upper one first, SELL where a low reaches the lower one first
 * or both are reached in one bar: nobody knows which came first, so the stop counts. At the third barrier a return
 * below v sqrt(M) / 2 in size is HOLD, a larger one BUY or SELL by its sign. e(t) is the bar of the touch, or t + M.
 *
 * No label: bars without a volatility, or with one of 0; the last M bars; with cusum, bars that are no event.
 *
 * @param trainingBars the first bars, whose mean volatility is the threshold of cusum where none is written
 */
export function tripleBarrier(
  bars: Bars,
  settings: TripleBarrierSettings,
  trainingBars: number,
): ClassLabels {
  const { high, low, close } = bars;
  const { profitMultiplier, stopMultiplier, holdingBars, cusum } = settings;
  const labels = unlabelled(bars.length, SIGNAL_CLASSES);
  const { label, end } = labels;
  const v = volatility(bars, settings.volatilityMethod, settings.volatilitySpan);
  const events = cusum === null ? null : cusumEvents(close, v.subarray(0, trainingBars), cusum);
  const search = new BarrierSearch(high, low, holdingBars);
  const smallest = Math.sqrt(holdingBars) / 2;
  for (let t = 0; t < bars.length - holdingBars; t++) {
    // Also false where it is NaN.
    if (!(v[t]! > 0) || (events !== null && events[t] === 0)) continue;
    const price = close[t]!;
    const lower = price * (1 - stopMultiplier * v[t]!);
    const last = t + holdingBars;
    const touch = search.firstTouch(t + 1, last, price * (1 + profitMultiplier * v[t]!), lower);
    if (touch <= last) {
      label[t] = low[touch]! <= lower ? SELL! : BUY!;
      end[t] = touch;
    } else {
      const move = close[last]! / price - 1;
      label[t] = Math.abs(move) < smallest * v[t]! ? HOLD! : move > 0 ? BUY! : SELL!;
      end[t] = last;
    }
  }
  if (settings.computeWeights) labels.uniqueness = labelUniqueness(end);
  return labels;
}
