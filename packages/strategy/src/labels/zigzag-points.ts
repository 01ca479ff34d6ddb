import { BUY, type ClassLabels, HOLD, SELL, SIGNAL_CLASSES, unlabelled } from './labels.js';

/**
 * Labels the opportunity in the next `lookahead` closes. With gain = highest / close - 1 and loss = 1 - lowest / close:
 * BUY if the gain reaches the threshold, exceeds the loss, and the first highest close is at least 3 bars away, because
 * an immediate jump cannot be traded. SELL is the mirror image; otherwise HOLD. The last `lookahead` bars have no
 * label. e(t) = t + lookahead.
 *
 * O(bars) for any lookahead, almost without branches. The bars are cut into blocks of `lookahead`; each window is the
 * end of one block and the start of the next, and their extremes are known (van Herk, 1992; Gil and Werman, 1993).
 */
export function zigzagPoints(close: Float64Array, threshold: number, lookahead: number): ClassLabels {
  const labels = unlabelled(close.length, SIGNAL_CLASSES);
  const { label, end } = labels;
  // Extremes of the previous block, from each of its bars to its end; none beyond the end.
  const highestToEnd = new Float64Array(lookahead + 1);
  const lowestToEnd = new Float64Array(lookahead + 1);
  for (let start = 0; start + lookahead < close.length; start += lookahead) {
    let [highest, lowest] = [-Infinity, Infinity];
    highestToEnd[lookahead] = highest;
    lowestToEnd[lookahead] = lowest;
    for (let j = lookahead - 1; j > 0; j--) {
      const value = close[start + j]!;
      if (value > highest) highest = value;
      if (value < lowest) lowest = value;
      highestToEnd[j] = highest;
      lowestToEnd[j] = lowest;
    }
    [highest, lowest] = [-Infinity, Infinity];
    const last = Math.min(close.length - lookahead, start + lookahead);
    for (let t = start; t < last; t++) {
      const value = close[t + lookahead]!;
      if (value > highest) highest = value;
      if (value < lowest) lowest = value;
      const high = Math.max(highest, highestToEnd[t - start + 1]!);
      const low = Math.min(lowest, lowestToEnd[t - start + 1]!);
      const gain = high / close[t]! - 1;
      const loss = 1 - low / close[t]!;
      let side = HOLD!;
      if (gain >= threshold && gain > loss) {
        if (close[t + 1]! < high && close[t + 2]! < high) side = BUY!;
      } else if (loss >= threshold && loss > gain) {
        if (close[t + 1]! > low && close[t + 2]! > low) side = SELL!;
      }
      label[t] = side;
      end[t] = t + lookahead;
    }
  }
  return labels;
}
