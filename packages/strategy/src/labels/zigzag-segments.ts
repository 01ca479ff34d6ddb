import { BUY, type ClassLabels, HOLD, SELL, SIGNAL_CLASSES, unlabelled } from './labels.js';
import { zigzagPivots } from './zigzag.js';

/**
 * Bars strictly between two confirmed pivots are BUY if the later pivot is higher, SELL otherwise. Their label is known
 * when that pivot is confirmed. Pivot bars are HOLD. Bars after the last confirmed pivot have no label.
 */
export function zigzagSegments(close: Float64Array, threshold: number): ClassLabels {
  const labels = unlabelled(close.length, SIGNAL_CLASSES);
  const { label, end } = labels;
  const pivots = zigzagPivots(close, threshold);
  let next = 0;
  pivots.bar.forEach((bar, index) => {
    const confirmed = pivots.confirmedAt[index]!;
    const side = index > 0 && close[bar]! > close[pivots.bar[index - 1]!]! ? BUY! : SELL!;
    for (; next < bar; next++) {
      label[next] = side;
      end[next] = confirmed;
    }
    label[bar] = HOLD!;
    end[bar] = confirmed;
    next = bar + 1;
  });
  return labels;
}
