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
 * Computes the labels of one symbol's base bars: numbers for `forward_return`, classes for all other sources. Prices
 * must be above 0, because all labels are ratios of prices. O(bars).
 *
 * @param trainingBars number of bars at the start on which thresholds are fitted (see `fitsOnTrainingBars`), so that no
 *   label of a training row depends on a later bar
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

/** True if the labels have a threshold that is fitted on bars, which must be training bars only. */
export function fitsOnTrainingBars(settings: LabelSettings): boolean {
  if (settings.source === 'triple_barrier') return settings.cusum?.threshold === null;
  return settings.source === 'regime';
}
