import type { Bars } from '@ktrdr/market-data';

import type { TripleBarrierSettings } from '../model.js';
import { BarrierSearch } from './barrier-search.js';
import { cusumEvents } from './cusum.js';
import { BUY, type ClassLabels, HOLD, SELL, SIGNAL_CLASSES, unlabelled } from './labels.js';
import { labelUniqueness } from './uniqueness.js';
import { volatility } from './volatility.js';

/**
 * Labels by the first of three barriers that the price touches (Lopez de Prado, Advances in Financial Machine Learning,
 * ch. 3). With v the volatility of bar t and C its close, the upper barrier is C (1 + pt v), the lower barrier is C (1
 * - sl v), and the third is M bars away.
 *
 * BUY if the high of a later bar reaches the upper barrier first; SELL if a low reaches the lower barrier first. If one
 * bar reaches both, their order is unknown and the stop counts: SELL. At the third barrier, a return smaller in size
 * than v sqrt(M) / 2 is HOLD; a larger one is BUY or SELL by its sign. e(t) is the bar of the touch, or t + M.
 *
 * Bars without volatility and the last M bars have no label. With CUSUM, only event bars have labels.
 *
 * @param trainingBars number of bars at the start, whose mean volatility gives the CUSUM threshold if none is set
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
    // Also false for NaN.
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
