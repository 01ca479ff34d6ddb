/*
 * Windows of n values in O(1) per value and without subtraction. The series is cut into blocks of n; each window is the
 * end of one block and the start of the next. Running forward from a block's start and backward from its end gives both
 * parts. A value that has left the window therefore has no effect, whereas a running sum would keep its rounding
 * errors.
 */

/**
 * Mean of the last n values from bar `first` on; `NaN` before bar `first + n - 1`. TA-Lib: SMA.
 *
 * @param into receives the result; may be `values` itself
 */
export function windowMeans(
  values: Float64Array,
  n: number,
  first = 0,
  into: Float64Array = new Float64Array(values.length),
): Float64Array {
  return scaledSums(values, n, first, n, into);
}

/**
 * Mean of the last n values from bar `first` on, with weights that rise to the middle of the window and fall again: 1, 2,
 * 2, 1 for four values. A simple mean of simple means has these weights. `NaN` before bar `first + n - 1`. Pine: ta.swma
 * for n = 4.
 */
export function symmetricMeans(values: Float64Array, n: number, first = 0): Float64Array {
  const inner = Math.ceil(n / 2);
  const means = windowMeans(values, inner, first);
  return windowMeans(means, n - inner + 1, first + inner - 1, means);
}

/** Sum of the last n values from bar `first` on; otherwise like `windowMeans`. TA-Lib: SUM. */
export function windowSums(
  values: Float64Array,
  n: number,
  first = 0,
  into: Float64Array = new Float64Array(values.length),
): Float64Array {
  return scaledSums(values, n, first, 1, into);
}

function scaledSums(
  values: Float64Array,
  n: number,
  first: number,
  divisor: number,
  into: Float64Array,
): Float64Array {
  const { length } = values;
  // tail[j]: sum of the block's values j..n-1. The next block's part is computed before this block is overwritten.
  let tail = new Float64Array(n + 1);
  let next = new Float64Array(n + 1);
  for (let start = first; start < length; start += n) {
    const end = Math.min(start + n, length);
    if (end - start === n) for (let j = n - 1; j >= 0; j--) next[j] = next[j + 1]! + values[start + j]!;
    let head = 0;
    for (let t = start; t < end; t++) {
      head += values[t]!;
      into[t] = (tail[t - start + 1]! + head) / divisor;
    }
    [tail, next] = [next, tail];
  }
  return into.fill(Number.NaN, 0, Math.min(length, first + n - 1));
}

/**
 * Population standard deviation (divides by n) of the last n values; `NaN` for the first n-1. TA-Lib: STDDEV. Computed
 * from squared distances to the mean, combined with Chan's formula, instead of the difference of two large sums.
 */
export function windowDeviations(values: Float64Array, n: number): Float64Array {
  const deviations = new Float64Array(values.length);
  const tailMean = new Float64Array(n + 1);
  const tailSquares = new Float64Array(n + 1);
  for (let start = 0; start < values.length; start += n) {
    const end = Math.min(start + n, values.length);
    let mean = 0;
    let squares = 0;
    for (let t = start; t < end; t++) {
      const j = t - start;
      const distance = values[t]! - mean;
      mean += distance / (j + 1);
      squares += distance * (values[t]! - mean);
      const apart = mean - tailMean[j + 1]!;
      const tailCount = n - 1 - j;
      const between = tailCount === 0 ? 0 : (apart * apart * (j + 1) * tailCount) / n;
      deviations[t] = Math.sqrt((squares + tailSquares[j + 1]! + between) / n);
    }
    if (end - start < n) break;
    // tailMean[j], tailSquares[j]: mean and squared distances of the block's values j..n-1.
    mean = 0;
    squares = 0;
    tailMean[n] = 0;
    tailSquares[n] = 0;
    for (let j = n - 1; j >= 0; j--) {
      const distance = values[start + j]! - mean;
      mean += distance / (n - j);
      squares += distance * (values[start + j]! - mean);
      tailMean[j] = mean;
      tailSquares[j] = squares;
    }
  }
  return deviations.fill(Number.NaN, 0, Math.min(values.length, n - 1));
}
