import type { Dependence } from './dependence.js';
import { normalQuantile } from './normal.js';

/**
 * Interval that contains the true value with chance `level`, from bootstrap `draws` of an `estimate`: the basic interval, which turns the
 * quantiles of the draws around the estimate (Davison and Hinkley 1997, section 5.2). It excludes 0 exactly when a test at (1 - level) / 2
 * on each side does. Widen the draws first: `widenDraws`.
 */
export function interval(draws: Float64Array, estimate: number, level: number): [low: number, high: number] {
  const sorted = draws.slice().sort();
  const tail = (1 - level) / 2;
  return [2 * estimate - quantile(sorted, 1 - tail), 2 * estimate - quantile(sorted, tail)];
}

/** Linear interpolation between the values beside rank (n - 1) `share`. `sorted` ascends. */
export function quantile(sorted: Float64Array, share: number): number {
  const rank = (sorted.length - 1) * share;
  const below = Math.floor(rank);
  const value = sorted[below]!;
  return below + 1 < sorted.length ? value + (rank - below) * (sorted[below + 1]! - value) : value;
}

/**
 * Moves draws of a mean away from their `estimate`, in place, so that intervals and tests hold their level in short and dependent series.
 *
 * A stationary bootstrap is too narrow for two reasons. Its blocks end, so it misses dependence between them: the draws get at least the
 * standard deviation that the long-run variance of the rows gives. And it knows the variance from few blocks: the draws get the tails of
 * Student's t at its 97.5 % quantile, with one degree of freedom less than there are blocks.
 *
 * Measured on AR(1) series: 95 % intervals cover the mean in 93 to 95 % of cases (coefficient 0.6: 735 rows, 0.9: 2,000 rows); without
 * this step, in 88 to 92 %. Hardly any dependence can be seen in a short series: with coefficient 0.9 they cover it in 88 % of
 * cases with 200 rows (78 % without) and in 79 % with 60 rows (61 %). Percentile intervals are no better than basic ones; studentised ones
 * gain less than this step.
 */
export function widenDraws(
  draws: Float64Array,
  estimate: number,
  rows: number,
  { blockLength, longRunVariance }: Dependence,
): void {
  let sum = 0;
  for (const draw of draws) sum += (draw - estimate) ** 2;
  const variance = sum / draws.length;
  if (!(variance > 0)) return;
  const blocks = rows / blockLength;
  const missing = Math.sqrt(Math.max(1, longRunVariance / rows / variance));
  const fewBlocks = Math.sqrt(blocks / Math.max(blocks - 1, 0.5)) * studentRatio(Math.max(blocks - 1, 1));
  for (let i = 0; i < draws.length; i += 1) {
    draws[i] = estimate + (draws[i]! - estimate) * missing * fewBlocks;
  }
}

/** The 97.5 % quantile of Student's t divided by that of the normal distribution. Source: Abramowitz and Stegun, 26.7.5. */
function studentRatio(freedom: number): number {
  const z = normalQuantile(0.975);
  const terms = [
    (z ** 2 + 1) / 4,
    (5 * z ** 4 + 16 * z ** 2 + 3) / 96,
    (3 * z ** 6 + 19 * z ** 4 + 17 * z ** 2 - 15) / 384,
  ];
  return terms.reduce((ratio, term, i) => ratio + term / freedom ** (i + 1), 1);
}
