/** One turning point of the closes. */
export interface Pivot {
  /** Bar of the extreme. */
  bar: number;
  /** First bar at which the opposite move reached the threshold: only from there on the pivot is known. */
  confirmedAt: number;
}

/**
 * Confirmed turning points of a zigzag on closes, in time order; bar 0 is one. A move counts when the close is
 * `threshold` (relative) away from the last extreme. O(bars).
 */
export function zigzagPivots(closes: Float64Array, threshold: number): Pivot[] {
  const pivots: Pivot[] = [];
  if (closes.length === 0) return pivots;
  let extreme = 0;
  let direction = 0;
  for (let t = 1; t < closes.length; t++) {
    const move = closes[t]! / closes[extreme]! - 1;
    if (direction === 0 ? Math.abs(move) >= threshold : direction * move <= -threshold) {
      pivots.push({ bar: extreme, confirmedAt: t });
      direction = direction === 0 ? Math.sign(move) : -direction;
      extreme = t;
    } else if (direction * (closes[t]! - closes[extreme]!) > 0) {
      extreme = t;
    }
  }
  return pivots;
}
