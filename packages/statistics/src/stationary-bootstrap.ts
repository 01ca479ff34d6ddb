import type { RandomStream } from './random-stream.js';

/** How to resample. */
export interface BootstrapSettings {
  /** Mean length of a block in rows, from 1; see `blockLength`. */
  blockLength: number;
  draws: number;
  random: RandomStream;
}

/**
 * Means of resampled series, `[draws]` for each of `series` (`[rows]` each, of equal length). Each draw takes the same rows from all
 * series, so that their differences keep their dependence. A resample consists of blocks: a random first row, a geometric length with mean
 * `blockLength`; after the last row follows the first.
 *
 * Source: Politis and Romano (1994), "The stationary bootstrap". A block's sum is a difference of prefix sums, so the cost grows with the
 * number of blocks and not of rows.
 *
 * @throws RangeError for series without rows or of different lengths
 */
export function bootstrapMeans(
  series: readonly Float64Array[],
  { blockLength, draws, random }: BootstrapSettings,
): Float64Array[] {
  const rows = series[0]?.length ?? 0;
  if (rows === 0) throw new RangeError('A bootstrap needs at least one row.');
  if (series.some(({ length }) => length !== rows)) {
    throw new RangeError(`All series of a bootstrap need ${rows} rows.`);
  }
  const width = series.length;
  const centres = series.map(meanOf);
  const sums = prefixSums(series, centres);
  const means = series.map(() => new Float64Array(draws));
  const totals = new Float64Array(width);
  // A block continues with the chance 1 - 1 / blockLength; the logarithm of that turns a uniform number into a length.
  const logContinues = Math.log(1 - 1 / blockLength);
  for (let draw = 0; draw < draws; draw += 1) {
    totals.fill(0);
    for (let missing = rows; missing > 0;) {
      const first = Math.floor(random.uniform() * rows);
      const length = blockLength > 1 ? 1 + Math.floor(Math.log(1 - random.uniform()) / logContinues) : 1;
      const taken = Math.min(length, missing);
      missing -= taken;
      const from = first * width;
      const to = (first + taken) * width;
      for (let k = 0; k < width; k += 1) totals[k]! += sums[to + k]! - sums[from + k]!;
    }
    for (let k = 0; k < width; k += 1) means[k]![draw] = centres[k]! + totals[k]! / rows;
  }
  return means;
}

/** Sums of the first rows of the series and their repetition, `[2 rows + 1, series]`. Centred, so that no digits are lost. */
function prefixSums(series: readonly Float64Array[], centres: readonly number[]): Float64Array {
  const rows = series[0]!.length;
  const width = series.length;
  const sums = new Float64Array((2 * rows + 1) * width);
  for (let k = 0; k < width; k += 1) {
    const values = series[k]!;
    for (let i = 0; i < 2 * rows; i += 1) {
      sums[(i + 1) * width + k] = sums[i * width + k]! + values[i % rows]! - centres[k]!;
    }
  }
  return sums;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
