import type { Bars } from '@ktrdr/market-data';

import type { ForwardReturnSettings, LabelSettings } from '../model.js';
import { contextLabels } from './context.js';
import { forwardReturn } from './forward-return.js';
import type { ClassLabels, Labels, ValueLabels } from './labels.js';
import { regimeLabels } from './regime.js';
import { tripleBarrier } from './triple-barrier.js';
import { zigzagPoints } from './zigzag-points.js';
import { zigzagSegments } from './zigzag-segments.js';

/**
 * Labels of one symbol's base bars: numbers for `forward_return`, classes for all others. Closes are above 0, as
 * `readBars` makes sure. O(bars).
 *
 * @param trainingBars the first bars, which thresholds are fitted on where a label has such (`fitsOnTrainingBars`): no label
 * of a training row may depend on a bar after them
 */
export function computeLabels(
  settings: ForwardReturnSettings,
  bars: Bars,
  trainingBars?: number,
): ValueLabels;
export function computeLabels(
  settings: Exclude<LabelSettings, ForwardReturnSettings>,
  bars: Bars,
  trainingBars?: number,
): ClassLabels;
export function computeLabels(settings: LabelSettings, bars: Bars, trainingBars?: number): Labels;
export function computeLabels(settings: LabelSettings, bars: Bars, trainingBars = bars.length): Labels {
  switch (settings.source) {
    case 'zigzag':
      return settings.method === 'points'
        ? zigzagPoints(bars.close, settings.threshold, settings.lookahead)
        : zigzagSegments(bars.close, settings.threshold);
    case 'forward_return':
      return forwardReturn(bars.close, settings.horizon);
    case 'triple_barrier':
      return tripleBarrier(bars, settings, trainingBars);
    case 'context':
      return contextLabels(bars.close, settings);
    case 'regime':
      return regimeLabels(bars, settings, trainingBars);
  }
}

/** True where a threshold is measured on bars: it may be measured on training bars alone. */
export function fitsOnTrainingBars(settings: LabelSettings): boolean {
  if (settings.source === 'triple_barrier') return settings.cusum?.threshold === null;
  return settings.source === 'regime';
}
