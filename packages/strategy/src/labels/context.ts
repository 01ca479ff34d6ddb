import { type ClassLabels, unlabelled } from './labels.js';

/** Classes of context labels. */
export const CONTEXT_CLASSES = ['BULLISH', 'BEARISH', 'NEUTRAL'] as const;
const [BULLISH, BEARISH, NEUTRAL] = [0, 1, 2];

/** Thresholds of context labels. */
export interface ContextThresholds {
  horizon: number;
  /** Relative moves of the close over the horizon. */
  bullish: number;
  bearish: number;
}

/**
 * Labels the return over the next H bars: BULLISH above one threshold, BEARISH below the other, NEUTRAL otherwise. The
 * last H bars have no label. e(t) = t + H.
 */
export function contextLabels(
  close: Float64Array,
  { horizon, bullish, bearish }: ContextThresholds,
): ClassLabels {
  const labels = unlabelled(close.length, CONTEXT_CLASSES);
  for (let t = 0; t < close.length - horizon; t++) {
    const move = (close[t + horizon]! - close[t]!) / close[t]!;
    labels.label[t] = move > bullish ? BULLISH! : move < bearish ? BEARISH! : NEUTRAL!;
    labels.end[t] = t + horizon;
  }
  return labels;
}
