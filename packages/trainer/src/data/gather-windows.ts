import { inputWidth, type ModelSpec } from '../network/model-spec.js';

/** Float32 values in a cache line. */
const LINE = 16;
/** The processor prefetches the rest of longer windows. */
const LINES_TOUCHED = 4;
/** Float32 values. A loop copies windows up to this length faster than `set`, whose call takes 100 ns. */
const SHORT = 256;

/**
 * Copies the windows that end at the bars `ends` into `target`, one after the other; each is `[window length * inputs]`.
 *
 * @param features `[bars, inputs]`
 */
export function gatherWindows(
  features: Float32Array,
  model: ModelSpec,
  ends: Int32Array,
  target: Float32Array,
): void {
  const { inputs } = model;
  const width = inputWidth(model);
  target[0] = touch(features, ends, inputs, width);
  if (width > SHORT) {
    for (let i = 0; i < ends.length; i += 1) {
      const end = (ends[i]! + 1) * inputs;
      target.set(features.subarray(end - width, end), i * width);
    }
  } else {
    copyShort(bitsOf(features), ends, inputs, width, bitsOf(target));
  }
}

/**
 * Reads one value from each of a window's first cache lines. Independent loads overlap; copying window after window waits for each
 * load. Halves the time if the dataset is larger than the cache.
 *
 * @returns the sum of the values, so that the compiler keeps the reads
 */
function touch(features: Float32Array, ends: Int32Array, inputs: number, width: number): number {
  const reach = Math.min(width, LINE * LINES_TOUCHED);
  let sum = 0;
  for (let i = 0; i < ends.length; i += 1) {
    const start = (ends[i]! + 1) * inputs - width;
    for (let at = start; at < start + reach; at += LINE) sum += features[at]!;
  }
  return sum;
}

/** Copies four values in each iteration: twice as fast as one. */
function copyShort(
  features: Int32Array,
  ends: Int32Array,
  inputs: number,
  width: number,
  target: Int32Array,
): void {
  let to = 0;
  for (let i = 0; i < ends.length; i += 1) {
    const end = (ends[i]! + 1) * inputs;
    let from = end - width;
    for (; from + 3 < end; from += 4, to += 4) {
      target[to] = features[from]!;
      target[to + 1] = features[from + 1]!;
      target[to + 2] = features[from + 2]!;
      target[to + 3] = features[from + 3]!;
    }
    for (; from < end; from += 1, to += 1) target[to] = features[from]!;
  }
}

/**
 * Views values as integers, for copying. Where denormal numbers count as 0, a copy of floats can change them. Worse, two values as one
 * Float64 are a denormal if the second is 0: the first would become 0 as well, or not, depending on how far V8 has compiled the copy.
 */
function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}
