/**
 * Interval that contains the true value with chance `level`, from bootstrap `draws` of an `estimate`: the basic interval, which turns the
 * quantiles of the draws around the estimate (Davison and Hinkley 1997, section 5.2).
 */
export function interval(draws: Float64Array, estimate: number, level: number): [low: number, high: number] {
  const sorted = draws.slice().sort();
  const tail = (1 - level) / 2;
  return [2 * estimate - quantile(sorted, 1 - tail), 2 * estimate - quantile(sorted, tail)];
}

/** Linear interpolation between the values beside rank (n - 1) share. */
function quantile(sorted: Float64Array, share: number): number {
  const rank = (sorted.length - 1) * share;
  const below = Math.floor(rank);
  const value = sorted[below]!;
  return below + 1 < sorted.length ? value + (rank - below) * (sorted[below + 1]! - value) : value;
}
