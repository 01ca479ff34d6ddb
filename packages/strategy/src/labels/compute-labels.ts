import type { Bars } from '@ktrdr/market-data';

import type { LabelSettings } from '../model.js';
import { zigzagPivots } from './zigzag.js';

/** Classes of a label per base bar, with how far each label looked ahead. */
export interface Labels {
  /** Names by class index. */
  classes: string[];
  /** Class index, -1 = unlabelled. */
  label: Int8Array;
  /** e(t): index of the last bar that the label of bar t looked at; -1 where unlabelled. */
  end: Int32Array;
}

const SIGNAL_CLASSES = ['BUY', 'HOLD', 'SELL'];
const [BUY, HOLD, SELL] = [0, 1, 2];

/**
 * Labels of one symbol's base bars. Zigzag segments: bars strictly between two confirmed pivots are BUY where the later
 * pivot is the higher one, else SELL, and are known when that pivot is confirmed; pivot bars are HOLD; bars after the last
 * confirmed pivot have no label. Closes are above 0, as `readBars` makes sure.
 */
export function computeLabels(settings: LabelSettings, bars: Bars): Labels {
  const { close } = bars;
  const label = new Int8Array(bars.length).fill(-1);
  const end = new Int32Array(bars.length).fill(-1);
  let before = 0;
  for (const { bar, confirmedAt } of zigzagPivots(close, settings.threshold)) {
    if (bar > before) {
      label.fill(close[bar]! > close[before]! ? BUY! : SELL!, before + 1, bar);
      end.fill(confirmedAt, before + 1, bar);
    }
    label[bar] = HOLD!;
    end[bar] = confirmedAt;
    before = bar;
  }
  return { classes: [...SIGNAL_CLASSES], label, end };
}
