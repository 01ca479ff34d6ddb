import type { RandomStream } from './random-stream.js';

/** Bits of a random number that `commonLengths` leaves out. */
const NUMBER_BITS = 18;

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
  const blocks: Blocks = { count: 0, from: new Int32Array(rows), to: new Int32Array(rows) };
  // A block continues with chance 1 - 1 / blockLength. This turns a uniform number's logarithm into a length.
  const lengthOfLog = blockLength > 1 ? 1 / Math.log1p(-1 / blockLength) : 0;
  const lengths = commonLengths(lengthOfLog);
  for (let draw = 0; draw < draws; draw += 1) {
    drawBlocks(blocks, rows, lengths, lengthOfLog, random);
    for (let k = 0; k < sums.length; k += 1) {
      const { mean, upTo } = sums[k]!;
      means[k]![draw] = mean + sumOf(blocks, upTo, rows) / rows;
    }
  }
  return means;
}

/** A resample. */
interface Blocks {
  count: number;
  /** First row of each block. */
  from: Int32Array;
  /** The row after its last; more than the number of rows if the block continues with the first row. */
  to: Int32Array;
}

function drawBlocks(
  blocks: Blocks,
  rows: number,
  lengths: Int32Array,
  lengthOfLog: number,
  random: RandomStream,
): void {
  const { from, to } = blocks;
  let count = 0;
  for (let missing = rows; missing > 0; count += 1) {
    const first = Math.floor(random.nextUint32() * 2 ** -32 * rows);
    const number = random.nextUint32();
    const length = lengths[number >>> NUMBER_BITS] || lengthOf(number, lengthOfLog);
    from[count] = first;
    to[count] = first + Math.min(length, missing);
    missing -= length;
  }
  blocks.count = count;
}

function sumOf({ count, from, to }: Blocks, upTo: Float64Array, rows: number): number {
  const all = upTo[rows]!;
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    const end = to[i]!;
    sum += (end > rows ? all + upTo[end - rows]! : upTo[end]!) - upTo[from[i]!]!;
  }
  return sum;
}

/** Length of the block of a random number from 0 to 2^32 - 1. */
function lengthOf(number: number, lengthOfLog: number): number {
  return 1 + Math.floor(Math.log((number + 0.5) * 2 ** -32) * lengthOfLog);
}

/** For each of the first bits of a random number, the length if all such numbers have the same one, and 0 if not. Saves most logarithms. */
function commonLengths(lengthOfLog: number): Int32Array {
  return new Int32Array(2 ** (32 - NUMBER_BITS)).map((_, bits) => {
    const first = bits * 2 ** NUMBER_BITS;
    const length = lengthOf(first, lengthOfLog);
    return lengthOf(first + 2 ** NUMBER_BITS - 1, lengthOfLog) === length ? length : 0;
  });
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
