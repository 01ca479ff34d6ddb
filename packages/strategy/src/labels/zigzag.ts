/**
 * Turning points of the closes in time order. Highs and lows alternate. The first is bar 0; it is a low if the first
 * move goes up.
 */
export interface Pivots {
  /** Index of each extreme. */
  bar: number[];
  /** First bar at which the opposite move reached the threshold. The pivot is known only from that bar on. */
  confirmedAt: number[];
}

/**
 * Confirmed turning points of a zigzag on closes. A move counts when the close is `threshold` (relative) away from the
 * last extreme. The newest extreme is not included, because no opposite move has confirmed it. O(bars).
 */
export function zigzagPivots(closes: Float64Array, threshold: number): Pivots {
  const bar: number[] = [];
  const confirmedAt: number[] = [];
  const bars = closes.length;
  let t = firstMove(closes, threshold);
  if (t === bars) return { bar, confirmedAt };
  bar.push(0);
  confirmedAt.push(t);
  let rising = closes[t]! > closes[0]!;
  let extreme = t;
  let price = closes[t]!;
  for (t += 1; t < bars; t++) {
    const close = closes[t]!;
    if (rising ? close > price : close < price) {
      extreme = t;
      price = close;
    } else if (rising ? close / price - 1 <= -threshold : close / price - 1 >= threshold) {
      bar.push(extreme);
      confirmedAt.push(t);
      rising = !rising;
      extreme = t;
      price = close;
    }
  }
  return { bar, confirmedAt };
}

/** What is known at the close of each bar about the move since the newest pivot that is confirmed by then. */
export interface PivotMoves {
  /** `[bars]`: 1 since a low, -1 since a high; 0 while no pivot is confirmed. */
  direction: Int8Array;
  /** `[bars]`: how far the close has come back from the extreme of the move, as a share of the threshold, 0..1. */
  retraced: Float64Array;
}

/**
 * The move that each bar belongs to as far as its own close tells. Bar t uses only the closes up to t, so a rule on these
 * numbers can be traded. O(bars).
 */
export function pivotMoves(closes: Float64Array, threshold: number): PivotMoves {
  const direction = new Int8Array(closes.length);
  const retraced = new Float64Array(closes.length);
  const { bar, confirmedAt } = zigzagPivots(closes, threshold);
  for (let pivot = 0; pivot < bar.length; pivot++) {
    const from = confirmedAt[pivot]!;
    const rising = closes[from]! > closes[bar[pivot]!]!;
    let price = closes[from]!;
    for (let t = from; t < (confirmedAt[pivot + 1] ?? closes.length); t++) {
      const close = closes[t]!;
      if (rising ? close > price : close < price) price = close;
      direction[t] = rising ? 1 : -1;
      retraced[t] = Math.abs(close / price - 1) / threshold;
    }
  }
  return { direction, retraced };
}

/** First bar whose close is `threshold` away from that of bar 0; the number of bars if there is none. */
function firstMove(closes: Float64Array, threshold: number): number {
  let t = 0;
  while (t < closes.length && Math.abs(closes[t]! / closes[0]! - 1) < threshold) t++;
  return t;
}
