import type { SharpeMoments } from '@ktrdr/contracts';
import { normalCdf, normalQuantile } from '@ktrdr/statistics';

/** The trainings and backtests that were tried on the same bars. */
export interface Trials {
  /** This one included. */
  count: number;
  /** Variance of their Sharpe ratios for one bar, not scaled to a year. Not used with one trial. */
  variance: number;
}

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * Chance that the true Sharpe ratio is above the best that so many trials without an edge would show. With one trial it is the
 * probabilistic Sharpe ratio against 0. `moments` belong to the returns of one bar.
 *
 * Source: Bailey and Lopez de Prado (2014), "The deflated Sharpe ratio", equations 1 and 2.
 */
export function deflatedSharpe(moments: SharpeMoments, trials: Trials): number {
  const { sharpe, observations, skewness, kurtosis } = moments;
  // Rounding can make the variance of two-valued returns slightly negative.
  const variance = Math.max(Number.EPSILON, 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2);
  const standardError = Math.sqrt(variance / Math.max(1, observations - 1));
  return normalCdf((sharpe - bestByLuck(trials)) / standardError);
}

/** Expected Sharpe ratio of the best trial if none has an edge: SR0. */
function bestByLuck({ count, variance }: Trials): number {
  if (count <= 1) return 0;
  const highest = normalQuantile(1 - 1 / count);
  const higher = normalQuantile(1 - 1 / (count * Math.E));
  return Math.sqrt(variance) * ((1 - EULER_MASCHERONI) * highest + EULER_MASCHERONI * higher);
}
