import type { RandomStream } from './random-stream.js';

// Jest looks up global variables slowly, and the loops below run millions of times.
const { floor, log, min } = Math;

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
 * `blockLength`; the first row follows the last.
 *
 * Source: Politis and Romano (1994), "The stationary bootstrap". A block's sum is a difference of prefix sums, so the cost of a draw grows
 * with its blocks and not with its rows.
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
  const sums = series.map(prefixSums);
  const means = series.map(() => new Float64Array(draws));
  const from = new Int32Array(rows);
  const to = new Int32Array(rows);
  // A block continues with chance 1 - 1 / blockLength. This turns a uniform number's logarithm into a length.
  const lengthOfLog = blockLength > 1 ? 1 / Math.log1p(-1 / blockLength) : 0;
  for (let draw = 0; draw < draws; draw += 1) {
    let blocks = 0;
    for (let missing = rows; missing > 0; blocks += 1) {
      const first = floor(random.nextUint32() * 2 ** -32 * rows);
      const length = 1 + floor(log((random.nextUint32() + 0.5) * 2 ** -32) * lengthOfLog);
      from[blocks] = first;
      to[blocks] = first + min(length, missing);
      missing -= length;
    }
    for (const [k, { mean, upTo }] of sums.entries()) {
      let sum = 0;
      for (let i = 0; i < blocks; i += 1) {
        const end = to[i]!;
        sum += (end > rows ? upTo[rows]! + upTo[end - rows]! : upTo[end]!) - upTo[from[i]!]!;
      }
      means[k]![draw] = mean + sum / rows;
    }
  }
  return means;
}

/** The mean, and the sums of the first rows `[rows + 1]` of what the values are above it; large values would cost digits. */
function prefixSums(values: Float64Array): { mean: number; upTo: Float64Array } {
  let total = 0;
  for (const value of values) total += value;
  const mean = total / values.length;
  const upTo = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i += 1) upTo[i + 1] = upTo[i]! + values[i]! - mean;
  return { mean, upTo };
}
