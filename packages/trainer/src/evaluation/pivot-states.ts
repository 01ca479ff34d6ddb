import { pivotMoves } from '@ktrdr/strategy';
import { majorityClass } from './metrics.js';

/** Number of equal steps up to the threshold that distinguish retracements. */
const STEPS = 4;

/** The state of a bar before the first confirmed pivot. */
export const UNKNOWN_STATE = 0;

/**
 * `[bars]`: what the closes up to each bar tell about the zigzag. 1..4 in a rising move, -1..-4 in a falling one; the size is 1 at
 * the extreme of the move and 4 just before the close confirms a pivot. On a random walk, the chance that the move continues falls
 * with the retracement: past half of the threshold, the pivot has more likely happened than not.
 */
export function pivotStates(closes: Float64Array, threshold: number): Int32Array {
  const { direction, retraced } = pivotMoves(closes, threshold);
  return Int32Array.from(
    direction,
    (sign, bar) => sign * (1 + Math.min(STEPS - 1, Math.floor(retraced[bar]! * STEPS))),
  );
}

/** The most frequent class of each state. `states`, `labels`: `[rows]`. */
export function fitPivotStates(states: Int32Array, labels: Int32Array, classes: number): Map<number, number> {
  return new Map(
    [...new Set(states)].map((state) => [
      state,
      majorityClass(
        labels.filter((_, row) => states[row] === state),
        classes,
      ),
    ]),
  );
}
