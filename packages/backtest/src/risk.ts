/** Risk of a series of returns, scaled to a year. */
export interface Risk {
  /** Sample standard deviation; 0 for fewer than two returns. */
  volatility: number;
  /** `null` if the returns do not vary. */
  sharpe: number | null;
  /** `null` without a return below 0. */
  sortino: number | null;
}

/**
 * Sharpe (1994) with a risk-free rate of 0; Sortino with a target of 0: the root of the mean of the squared returns below 0, over
 * all returns.
 */
export function riskOf(returns: Float64Array, barsPerYear: number): Risk {
  const count = returns.length;
  let sum = 0;
  for (let t = 0; t < count; t++) sum += returns[t]!;
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  let losses = 0;
  for (let t = 0; t < count; t++) {
    const value = returns[t]!;
    squares += (value - mean) ** 2;
    if (value < 0) losses += value * value;
  }
  const deviation = count < 2 ? 0 : Math.sqrt(squares / (count - 1));
  const downside = count === 0 ? 0 : Math.sqrt(losses / count);
  const yearly = Math.sqrt(barsPerYear);
  return {
    volatility: deviation * yearly,
    sharpe: deviation > 0 ? (mean / deviation) * yearly : null,
    sortino: downside > 0 ? (mean / downside) * yearly : null,
  };
}
