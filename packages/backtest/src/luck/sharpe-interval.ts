import type { SharpeMoments } from '@ktrdr/contracts';
import {
  bootstrapMeans,
  dependenceOf,
  interval,
  momentsOf,
  widenDraws,
  type RandomStream,
} from '@ktrdr/statistics';

/**
 * 95 % interval of the yearly Sharpe ratio of `returns` `[bars]`: a stationary block bootstrap of the mean and the mean square. `null` if
 * the returns do not vary.
 *
 * The widths come from the influence of each bar on the Sharpe ratio: Ledoit and Wolf (2008), "Robust performance hypothesis testing with
 * the Sharpe ratio". Measured on 300 returns without an edge, normal and skewed: it misses 0 in 3 to 6 % of cases, and in 6 to 7 %
 * with an autocorrelation of 0.3.
 */
export function sharpeInterval(
  returns: Float64Array,
  { barsPerYear, draws, random }: { barsPerYear: number; draws: number; random: RandomStream },
): [low: number, high: number] | null {
  const { mean, std } = momentsOf(returns);
  if (!(std > 0)) return null;
  const sharpe = mean / std;
  const influence = returns.map((value) => {
    const z = (value - mean) / std;
    return z - (sharpe / 2) * (z * z - 1);
  });
  const dependence = dependenceOf(influence, 1);
  // In place, because a column of ten million bars is 80 MB.
  const squared = influence;
  for (let t = 0; t < squared.length; t += 1) squared[t] = returns[t]! * returns[t]!;
  const [means, squares] = bootstrapMeans([returns, squared], {
    blockLength: dependence.blockLength,
    draws,
    random,
  });
  const rows = returns.length;
  const sharpes = means!.map((drawn, draw) => {
    const variance = ((squares![draw]! - drawn * drawn) * rows) / (rows - 1);
    // A resample of bars without a position does not vary.
    return variance > 0 ? drawn / Math.sqrt(variance) : 0;
  });
  widenDraws(sharpes, sharpe, rows, dependence);
  const yearly = Math.sqrt(barsPerYear);
  const [low, high] = interval(sharpes, sharpe, 0.95);
  return [low * yearly, high * yearly];
}

/**
 * Moments of the returns of one bar, for the deflated Sharpe ratio; `null` if the returns do not vary. Its formula assumes independent
 * returns, so autocorrelated ones count as fewer observations: their number times the variance, divided by the long-run variance
 * (Lo 2002, "The statistics of Sharpe ratios").
 *
 * Measured on 300 returns without an edge, normal and skewed: the probabilistic Sharpe ratio is above 0.95 in 3.4 to 4.4 % of cases. With
 * an autocorrelation of 0.3 it is in 4.0 to 7.4 % (right skew is the worst), where all returns as observations would make it 10 to 13 %.
 */
export function sharpeMoments(returns: Float64Array): SharpeMoments | null {
  const { mean, std, skewness, kurtosis } = momentsOf(returns);
  if (!(std > 0)) return null;
  const { longRunVariance } = dependenceOf(returns, 1);
  const inflation = Math.max(1, longRunVariance / (std * std));
  return { sharpe: mean / std, observations: returns.length / inflation, skewness, kurtosis };
}
