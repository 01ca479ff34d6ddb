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

/** First bar whose close is `threshold` away from that of bar 0; the number of bars if there is none. */
function firstMove(closes: Float64Array, threshold: number): number {
  let t = 0;
  while (t < closes.length && Math.abs(closes[t]! / closes[0]! - 1) < threshold) t++;
  return t;
}
