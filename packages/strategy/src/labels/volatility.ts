/** How the volatility is measured. */
export type VolatilityMethod = 'atr' | 'close';

/**
 * Relative volatility of each bar, computed from the bars up to it; `NaN` where undefined. `atr`: exponentially
 * weighted mean of (high - low) / close, from bar 0 on. `close`: exponentially weighted sample standard deviation of
 * the log returns, from bar 2 on. Weights are normalised: (1 - a)^age with a = 2 / (span + 1), as in pandas'
 * `ewm(span)` with `adjust=True`.
 */
export function volatility(
  bars: { high: Float64Array; low: Float64Array; close: Float64Array },
  method: VolatilityMethod,
  span: number,
): Float64Array {
  return method === 'atr' ? meanRange(bars, span) : returnDeviation(bars.close, span);
}

function meanRange(
  { high, low, close }: { high: Float64Array; low: Float64Array; close: Float64Array },
  span: number,
): Float64Array {
  const means = new Float64Array(close.length);
  const decay = 1 - 2 / (span + 1);
  let [sum, weights] = [0, 0];
  for (let t = 0; t < close.length; t++) {
    sum = sum * decay + (high[t]! - low[t]!) / close[t]!;
    weights = weights * decay + 1;
    means[t] = sum / weights;
  }
  return means;
}

/** Updates the weighted mean and squares with each return (West, 1979), so that no large sums are subtracted. */
function returnDeviation(close: Float64Array, span: number): Float64Array {
  const deviations = new Float64Array(close.length).fill(Number.NaN);
  const decay = 1 - 2 / (span + 1);
  let [weights, squaredWeights, mean, squares] = [0, 0, 0, 0];
  for (let t = 1; t < close.length; t++) {
    const value = Math.log(close[t]! / close[t - 1]!);
    weights = weights * decay + 1;
    squaredWeights = squaredWeights * decay * decay + 1;
    const distance = value - mean;
    mean += distance / weights;
    squares = squares * decay + distance * (value - mean);
    // Sample standard deviation: for equal weights, this divides by n - 1.
    if (t > 1) deviations[t] = Math.sqrt(squares / (weights - squaredWeights / weights));
  }
  return deviations;
}
