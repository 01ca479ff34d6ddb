/** Shape of a distribution. */
export interface Moments {
  mean: number;
  /** Sample standard deviation (divided by n - 1); 0 if all values are equal. */
  std: number;
  /** Third central moment divided by the cube of the population standard deviation. */
  skewness: number;
  /** Fourth central moment divided by the fourth power of the population standard deviation: 3 for a normal distribution. */
  kurtosis: number;
}

/** Moments of `values`. A figure that is not defined is NaN: all without values, all but the mean and `std` if no value differs. */
export function momentsOf(values: Float64Array): Moments {
  const n = values.length;
  const first = values[0] ?? Number.NaN;
  // Rounding must not give equal values a standard deviation.
  if (values.every((value) => value === first)) {
    return { mean: first, std: n === 0 ? Number.NaN : 0, skewness: Number.NaN, kurtosis: Number.NaN };
  }
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / n;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (const value of values) {
    const offset = value - mean;
    const square = offset * offset;
    second += square;
    third += square * offset;
    fourth += square * square;
  }
  const variance = second / n;
  return {
    mean,
    std: Math.sqrt(second / (n - 1)),
    skewness: third / n / variance ** 1.5,
    kurtosis: fourth / n / variance ** 2,
  };
}
