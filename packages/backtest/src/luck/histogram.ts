const BINS = 40;
/** Equal results can differ by rounding, as a share of the capital at the end. */
export const ROUNDING = 1e-12;

/** Shares of `values` (returns) in bins of equal width from the lowest to the highest value; the last bin includes its upper edge. */
export function histogramOf(values: Float64Array): { edges: number[]; shares: number[] } {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high - low <= ROUNDING * (1 + high)) return { edges: [low, high], shares: [1] };
  const shares = Array.from({ length: BINS }, () => 0);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS));
    shares[bin]! += 1 / values.length;
  }
  const edges = Array.from({ length: BINS + 1 }, (_, i) => low + ((high - low) * i) / BINS);
  return { edges, shares };
}
