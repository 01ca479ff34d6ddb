// Jest looks up global variables slowly, and the loops below run millions of times.
const { floor, min, max } = Math;

const BINS = 40;
/** Equal results can differ by rounding, as a share of the capital at the end. */
export const ROUNDING = 1e-12;

/** Shares of `values` (returns) in bins of equal width from the lowest to the highest value; the last bin includes its upper edge. */
export function histogramOf(values: Float64Array): { edges: number[]; shares: number[] } {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = min(low, value);
    high = max(high, value);
  }
  if (high - low <= ROUNDING * (1 + high)) return { edges: [low, high], shares: [1] };
  const shares = Array.from({ length: BINS }, () => 0);
  for (const value of values) {
    const bin = min(BINS - 1, floor(((value - low) / (high - low)) * BINS));
    shares[bin]! += 1 / values.length;
  }
  const edges = Array.from({ length: BINS + 1 }, (_, i) => low + ((high - low) * i) / BINS);
  return { edges, shares };
}
