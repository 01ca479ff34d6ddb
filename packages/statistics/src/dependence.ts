/** A longer series is read in this many groups, so that the cost grows with its length only. */
const MOST_GROUPS = 5_000;
/** More blocks in a resample cost time and gain nothing: with so many, the error of a standard error is about 3 %. */
const MOST_BLOCKS = 1_000;
/** So many insignificant autocorrelations in a row end the window. */
const RUN = 5;

/** How the values of a series depend on those before them. */
export interface Dependence {
  /** Mean length of a block for the stationary bootstrap, in values. */
  blockLength: number;
  /** The variance of the mean, times the number of values. For independent values it is their variance. */
  longRunVariance: number;
}

/** `dependenceOf(series, least).blockLength`. */
export function blockLength(series: Float64Array, least: number): number {
  return dependenceOf(series, least).blockLength;
}

/**
 * Block length and long-run variance for a stationary bootstrap of the mean of `series`. The block length is 1 for independent values and
 * grows with their autocorrelation. It is at least `least` (for example the bars that one label looks ahead), at least a thousandth of
 * the series, and at most the whole series.
 *
 * Source: Politis and White (2004), "Automatic block-length selection for the dependent bootstrap", with the correction of Patton, Politis
 * and White (2009): b = (2 g^2 n / d)^(1/3), where d = 2 s^2 for the stationary bootstrap and s is the long-run variance. g and s sum the
 * autocovariances under a flat-top window that ends at twice the lag after which they are insignificant. The constants are those of
 * Patton's program and of Python's `arch`.
 */
export function dependenceOf(series: Float64Array, least: number): Dependence {
  const n = series.length;
  const group = Math.max(1, Math.ceil(n / MOST_GROUPS));
  const { blockLength, longRunVariance } = flatTop(group > 1 ? groupMeans(series, group) : series);
  const lowest = Math.max(least, n / MOST_BLOCKS);
  return {
    blockLength: Math.min(Math.max(group * blockLength, lowest), Math.max(1, n)),
    longRunVariance: group * longRunVariance,
  };
}

/** Means of `group` values each; values that fill no group are left out. */
function groupMeans(series: Float64Array, group: number): Float64Array {
  const means = new Float64Array(Math.floor(series.length / group));
  for (let i = 0; i < means.length; i += 1) {
    let sum = 0;
    for (let k = i * group; k < (i + 1) * group; k += 1) sum += series[k]!;
    means[i] = sum / group;
  }
  return means;
}

/** The formula. The block length is between 1 and min(3 sqrt(n), n / 3). */
function flatTop(series: Float64Array): Dependence {
  const n = series.length;
  const lags = Math.min(Math.ceil(Math.sqrt(n)) + RUN, n - 2);
  if (lags < 1) return { blockLength: 1, longRunVariance: 0 };
  const { covariance, correlation } = autocovariances(series, lags);
  if (!(covariance[0]! > 0)) return { blockLength: 1, longRunVariance: 0 };

  const threshold = 2 * Math.sqrt(Math.log10(n) / n);
  const window = Math.min(2 * firstQuietLag(correlation, threshold), lags);
  let slope = 0;
  let longRunVariance = covariance[0]!;
  for (let lag = 1; lag <= window; lag += 1) {
    const weight = Math.min(1, 2 * (1 - lag / window));
    slope += 2 * weight * lag * covariance[lag]!;
    longRunVariance += 2 * weight * covariance[lag]!;
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  const best = ((slope / longRunVariance) ** 2 * n) ** (1 / 3);
  return {
    blockLength: Math.max(1, Math.min(best, longest)),
    longRunVariance: Math.max(0, longRunVariance),
  };
}
/** Autocovariances and the size of autocorrelations, each `[lags + 1]`. */
function autocovariances(series: Float64Array, lags: number) {
  const n = series.length;
  let sum = 0;
  for (const value of series) sum += value;
  const mean = sum / n;
  const offsets = series.map((value) => value - mean);
  const squares = new Float64Array(n + 1);
  for (let i = 0; i < n; i += 1) squares[i + 1] = squares[i]! + offsets[i]! ** 2;

  const covariance = new Float64Array(lags + 1);
  const correlation = new Float64Array(lags + 1);
  for (let lag = 0; lag <= lags; lag += 1) {
    let products = 0;
    for (let i = lag; i < n; i += 1) products += offsets[i]! * offsets[i - lag]!;
    const late = squares[n]! - squares[lag + 1]!;
    const early = squares[n - lag - 1]!;
    covariance[lag] = products / n;
    correlation[lag] = Math.abs(products) / Math.sqrt(late * early);
  }
  return { covariance, correlation };
}

/** The first lag, from 1, that begins a run of insignificant correlations; the last lag if there is none. */
function firstQuietLag(correlation: Float64Array, threshold: number): number {
  let quiet = 0;
  for (let lag = 1; lag < correlation.length; lag += 1) {
    quiet = correlation[lag]! < threshold ? quiet + 1 : 0;
    if (quiet === RUN) return lag - RUN + 1;
  }
  return correlation.length - 1;
}
